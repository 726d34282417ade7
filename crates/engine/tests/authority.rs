//! The table of authority: which role, standing how to a case, may do what.

mod golden;
mod table;

use std::fmt::Write as _;

use engine::{
    CommandKind,
    actor::Role,
    authority::{Relation, grants},
};
use strum::IntoEnumIterator as _;

use golden::golden;
use table::fill;

fn zh(relation: Relation) -> &'static str {
    match relation {
        Relation::OwnCentre => "本中心",
        Relation::Lead => "牵头单位",
        Relation::Assist => "协办单位",
        Relation::Above => "上级",
        Relation::Conference => "联席会议",
        Relation::Stranger => "无关",
    }
}

#[test]
fn the_table_of_roles_and_relations_is_current() {
    let relations: Vec<Relation> = Relation::iter().collect();
    let mut text = "谁可以办什么: 命令 × 角色 × 与案件的关系. 有 yes 为可以, 点为不可以.\n\
        清单 (谁审核、谁签发、谁追认) 与裁定层级在此之内再行限定.\n"
        .to_owned();
    for kind in CommandKind::iter() {
        writeln!(text, "\n## {} {}", kind.code(), kind.zh()).expect("text grows");
        let head: String = relations.iter().map(|it| fill(zh(*it), 12)).collect();
        writeln!(text, "{}{}", fill("角色", 34), head.trim_end()).expect("text grows");
        let mut n_roles = 0;
        for role in Role::iter() {
            let may = |it: &Relation| grants(kind).contains(&(role, *it));
            if !relations.iter().any(may) {
                continue;
            }
            n_roles += 1;
            let cells: String =
                relations.iter().map(|it| fill(if may(it) { "yes" } else { "." }, 12)).collect();
            let name = fill(&format!("{role} {}", role.zh()), 34);
            writeln!(text, "{}", format!("{name}{cells}").trim_end()).expect("text grows");
        }
        if n_roles == 0 {
            text += "(无人; 只由系统办理)\n";
        }
    }
    golden("authority.txt", &text);
}

#[test]
fn a_stranger_and_an_administrator_are_granted_nothing() {
    for kind in CommandKind::iter() {
        for (role, relation) in grants(kind) {
            assert_ne!(*relation, Relation::Stranger, "{kind:?}");
            assert!(role.reads_cases(), "{kind:?} is granted to {role}");
        }
    }
}
