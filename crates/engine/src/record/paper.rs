//! A seal as somebody outside keeps it on paper: everything that is needed to hold a record against it.

use super::seal::{Seal, Signature};
use crate::calendar::beijing;

/// To whom it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// A letter.
    Letter,
    /// A print-out or a medium.
    Ledger,
}

/// Digits in groups of four, eight groups a line, as people compare them.
fn groups(digits: &str) -> String {
    let groups: Vec<&str> = (0..digits.len().div_ceil(4))
        .filter_map(|at| digits.get(at * 4..(at * 4 + 4).min(digits.len())))
        .collect();
    let lines: Vec<String> = groups.chunks(8).map(|it| format!("    {}", it.join(" "))).collect();
    lines.join("\n")
}

/// The seal in words. `reason` is why an older copy was restored, where it was.
#[must_use]
pub fn paper(
    district: &str,
    seal: &Seal,
    signature: &Signature,
    reason: Option<&str>,
    to: Recipient,
) -> String {
    let at = seal.at.with_timezone(&beijing()).format("%Y年%m月%d日 %H:%M:%S");
    let mut res = format!(
        "{district}“中心吹哨、部门报到”办理记录封存单\n\n\
         编号：第 {} 号\n\
         时间：{at}（北京时间）\n\
         封存：{} 件，共 {} 个事件\n\n\
         根（SHA-256）：\n{}\n\n\
         上一号摘要：\n{}\n\n\
         签名（Ed25519）：\n{}\n\n\
         公钥：\n{}\n\
         公钥指纹：{}\n",
        seal.no,
        seal.streams,
        seal.events,
        groups(&seal.root.to_string()),
        groups(&seal.previous.to_string()),
        groups(&signature.to_string()),
        groups(&seal.key.to_string()),
        seal.key.shown(),
    );
    if let Some(next) = seal.next_key {
        res.push_str(&format!(
            "\n更换密钥：自第 {} 号起用以下公钥签名。\n{}\n公钥指纹：{}\n",
            seal.no + 1,
            groups(&next.to_string()),
            next.shown(),
        ));
    }
    if let Some(restored) = seal.restored {
        res.push_str(&format!(
            "\n注意：数据库曾恢复为第 {} 号封存时的旧副本，其后至第 {} 号所封存的内容已丢失。\n理由：{}\n",
            restored.to,
            seal.no.saturating_sub(1),
            reason.unwrap_or("（见登记）"),
        ));
    }
    res.push_str(match to {
        Recipient::Letter => {
            "\n请留存本信，勿删改。日后核验时，办理记录须与本单相符；编号应逐号连续，缺号或不符即为异常。\n"
        }
        Recipient::Ledger => {
            "\n请打印或另存于数据库之外，交纪检监察、档案等部门保管。核验：\n    chuishao audit verify 导出文件 --key 公钥文件 --ledger 本文件夹\n"
        }
    });
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_out_in_groups() {
        assert_eq!(groups("0123456789"), "    0123 4567 89");
        assert_eq!(groups(&"a".repeat(64)).lines().count(), 2);
    }
}
