//! The table of authority: which role, standing how to a case, may do what.

mod golden;
mod table;

use std::fmt::Write as _;

use engine::{
    CommandKind,
    actor::Role,
    authority::{Relation, Subject, grants, readers},
};
use strum::IntoEnumIterator as _;

use golden::golden;
use table::fill;

#[test]
fn the_table_of_roles_and_relations_is_current() {
    let relations: Vec<Relation> = Relation::iter().collect();
    let mut text = "谁可以办什么: 命令 × 角色 × 与案件的关系. 有 yes 为可以, 点为不可以.\n\
        清单 (谁审核、谁签发、谁追认) 与裁定层级在此之内再行限定.\n"
        .to_owned();
    for kind in CommandKind::iter() {
        writeln!(text, "\n## {} {}", kind.code(), kind.zh()).expect("text grows");
        let head: String = relations.iter().map(|it| fill(it.zh(), 12)).collect();
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
        if kind == CommandKind::Recuse {
            text += "(本人申报回避: 凡可阅读该案件者; 上表为对他人的决定)\n";
        }
        if n_roles == 0 {
            text += "(无人; 只由系统办理)\n";
        }
    }
    text += "\n\n谁可以看什么: 内容 × 角色 × 与案件的关系. 被检举、回避、无关者一律不可见, 与不存在的案件无从分辨.\n";
    for subject in Subject::iter() {
        writeln!(text, "\n## {subject} {}", subject.zh()).expect("text grows");
        let head: String = relations.iter().map(|it| fill(it.zh(), 12)).collect();
        writeln!(text, "{}{}", fill("角色", 34), head.trim_end()).expect("text grows");
        for role in Role::iter() {
            let may = |it: &Relation| readers(subject).contains(&(role, *it));
            if !relations.iter().any(may) {
                continue;
            }
            let cells: String =
                relations.iter().map(|it| fill(if may(it) { "yes" } else { "." }, 12)).collect();
            let name = fill(&format!("{role} {}", role.zh()), 34);
            writeln!(text, "{}", format!("{name}{cells}").trim_end()).expect("text grows");
        }
    }
    golden("authority.txt", &text);
}

/// Nobody acts on what they may not see; no row is there for the accused, the recused, a stranger
/// or an administrator.
#[test]
fn whoever_may_act_may_see_and_the_shut_out_may_neither() {
    let shut = [Relation::Accused, Relation::Recused, Relation::Stranger];
    for kind in CommandKind::iter() {
        for (role, relation) in grants(kind) {
            assert!(!shut.contains(relation), "{kind:?} is granted to the {}", relation.zh());
            let sees = readers(Subject::Case).contains(&(*role, *relation))
                || readers(Subject::Accusation).contains(&(*role, *relation));
            let begins = kind == CommandKind::RegisterPetition && *role == Role::GridWorker;
            assert!(sees || begins, "{kind:?}: {role} may act as {relation} and not see");
        }
    }
    for subject in Subject::iter() {
        for (role, relation) in readers(subject) {
            assert!(!shut.contains(relation), "{subject} is shown to the {}", relation.zh());
            assert!(role.reads_cases(), "{subject} is shown to {role}");
            if subject == Subject::Sealed {
                let sees = readers(Subject::Case).contains(&(*role, *relation))
                    || readers(Subject::Accusation).contains(&(*role, *relation));
                assert!(sees, "{role} may open as {relation} what they may not see");
            }
        }
    }
}
