//! The first sheet: what the others are, how they are filled, and how they come back.

use engine::lists::{Lists, Sheet};
use rust_xlsxwriter::{Worksheet, XlsxError};
use strum::IntoEnumIterator as _;

use super::{Looks, page};
use crate::lists::layout::GUIDE;

/// What is told of filling and importing.
const RULES: [&str; 10] = [
    "1. 一行一条。表头不要改字、不要删除；列的先后可以调整，工作表的先后也可以调整。",
    "2. 表头为橙色加粗的列必填，蓝色的列选填，灰色斜体的列由系统印出，不要修改。把鼠标放在表头上可看到每一列的填法。",
    "3. 有下拉列表的列请从列表中选择；可填多项的列，各项之间用顿号“、”隔开。单位填简称、全称或单位编码均可。",
    "4. 编码列（事项编码、哨种编码、等级编码、权责清单的项目编码）是历史数据的依据，发布后不要改动；废止的事项请填“失效日”，不要把编码改给别的事项。",
    "5. 时限填阿拉伯数字并选单位：工作日按工作日历计算，自然日按日历计算；不能为零。",
    "6. 只填数值，不要用公式；需要时请“选择性粘贴”为数值。同类的多行可以合并单元格，合并的内容对其中每一行有效；空行不计。",
    "7. “环节”的先后（下一环节、退回路径）、责任主体和动作是程序的一部分，由系统印出供核对，不能用表格修改。",
    "8. 导入：保存为 .xlsx（不设打开密码），在系统中“导入清单”，或运行 chuishao lists import 文件名。有一处不对则全部不导入，并逐一列出工作表、单元格、原因和改法。",
    "9. 可以只导入其中几张工作表：文件中没有的清单保持不变，文件中没有的选填列也保持原值。表中删去的行，导入后即从新版本中删去。",
    "10. 导入后成为新版本的草稿，经验证、推演和发布才生效；在办的哨仍按签发时的版本办理。",
];

/// What a sheet is for.
fn purpose(sheet: Sheet) -> &'static str {
    match sheet {
        Sheet::Matters => "什么事可以吹哨：情形、牵头和配合部门、依据、办结标准",
        Sheet::Initiation => "谁可以吹哨：各级中心由谁发起、审核、签发，可召集哪些单位",
        Sheet::Process => "怎么办：每种哨、每个等级的环节、时限、预警和逾期后果",
        Sheet::Responsibility => "谁来负责：各等级的包案领导职级、复核周期和销号材料",
        Sheet::Kinds => "哨的种类，其他各表按名称引用",
        Sheet::Levels => "哨的等级及参会人职级，其他各表按名称引用",
        Sheet::Bounds => "退回、重办、延期、挂账各可几次，以及多次吹哨升到哪一级",
        Sheet::Petitions => "诉求本身的受理、答复、办结时限；法定时限不因吹哨而改变",
        Sheet::General => "清单名称、生效日期、通用预警和代录凭证时限；只有一行",
        Sheet::Supervision => {
            "逾期之后怎么催：各级督办文书由谁签发、多久之后、送给谁；不设阶梯则一行不留"
        }
        Sheet::Classes => "信访分类与可吹哨事项的对照；没有对照的分类，事项编码留空",
        Sheet::Powers => "权责清单条目，供事项引用",
    }
}

/// Writes the guide.
pub(super) fn write(sheet: &mut Worksheet, lists: &Lists, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_name(GUIDE)?;
    page(sheet, lists, GUIDE)?;
    sheet.set_column_width(0, 18)?;
    sheet.set_column_width(1, 110)?;
    sheet.write_string_with_format(0, 0, GUIDE, &looks.title)?;
    sheet.set_row_height(0, 26)?;
    let version =
        format!("{}（第 {} 版，{} 起施行）", lists.name, lists.version, lists.effective_on);
    sheet.write_string(1, 0, version)?;

    sheet.write_string_with_format(3, 0, "工作表", &looks.header)?;
    sheet.write_string_with_format(3, 1, "内容", &looks.header)?;
    let mut row = 4;
    for it in Sheet::iter() {
        sheet.write_string_with_format(row, 0, it.zh(), &looks.word)?;
        sheet.write_string_with_format(row, 1, purpose(it), &looks.text)?;
        row += 1;
    }
    row += 1;
    for rule in RULES {
        // A merged cell does not grow with its text; at this width each takes two lines at most.
        let n_lines = super::layout::width(rule).div_ceil(124).max(1) as f64;
        sheet.merge_range(row, 0, row, 1, rule, &looks.plain)?;
        sheet.set_row_height(row, 16.0 * n_lines + 4.0)?;
        row += 1;
    }
    Ok(())
}
