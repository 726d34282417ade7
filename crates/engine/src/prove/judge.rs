//! Judges what a search saw: which properties hold of a pair, and what refutes the others.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding, Place, Property, Severity, Text,
    cast::{self, Who},
    search::{Broken, Edge, Seen, Way, stages},
    state::Frame,
    tell,
};
use crate::{
    clock::Step,
    command::CommandKind,
    directory::Tier,
    lists::{Initiation, Process, Sheet},
    text::Lang,
    whistle::StageKind,
};

/// What was found of a row; `own` where the centre called itself.
pub(super) fn judge(
    frame: &Frame<'_>,
    row: &Initiation,
    seen: &Seen,
    own: bool,
    findings: &mut Vec<Finding>,
) {
    let judge = Judge { frame, row, seen, own };
    let mut found = vec![];
    judge.drafts(&mut found);
    let stuck = judge.stuck(&mut found);
    judge.owners(&stuck, &mut found);
    judge.approvals(&mut found);
    judge.guards(&mut found);
    judge.ends(&stuck, &mut found);
    judge.cycles(&mut found);
    if !own {
        judge.reached(&mut found);
    }
    for mut it in found {
        if own {
            it.text.zh = format!("中心召集自己时：{}", it.text.zh);
            it.text.en = format!("where the centre calls itself: {}", it.text.en);
        }
        findings.push(it);
    }
}

/// Who drafted, the first state in which it is stuck, and whether others could go on.
type ByDrafter = (Option<Who>, u32, bool);

struct Judge<'a> {
    frame: &'a Frame<'a>,
    row: &'a Initiation,
    seen: &'a Seen,
    own: bool,
}

impl Judge<'_> {
    fn initiation(&self, column: &str) -> Option<Place> {
        Some(Place::new(Sheet::Initiation, self.row.key(), column))
    }

    fn process(&self, step: Step, column: &str) -> Option<Place> {
        let key = format!("{}/{step}", self.frame.process.key());
        Some(Place::new(Sheet::Process, key, column))
    }

    /// The cell that makes somebody owe a step.
    fn place(&self, step: Step, off_list: bool) -> Option<Place> {
        if self.own {
            return self.initiation("may_call");
        }
        let issue = if off_list { "issue_off_list" } else { "issue" };
        match step {
            Step::Submit => self.initiation("draft"),
            Step::Review if !self.row.endorse.is_empty() => self.initiation("endorse"),
            Step::Review | Step::Issue => self.initiation(issue),
            Step::Ratify => self.initiation("ratify"),
            Step::Acknowledge
            | Step::ReturnWindow
            | Step::RuleReturn
            | Step::DisputeMeeting
            | Step::DisputeSuperior
            | Step::DisputeConference
            | Step::ReportIn
            | Step::Remedy
            | Step::Consult
            | Step::Interim
            | Step::Handle
            | Step::Task
            | Step::Explain
            | Step::RuleExtension
            | Step::Verify
            | Step::Rate
            | Step::Close
            | Step::RuleHold
            | Step::ReviewHold
            | Step::Accept
            | Step::Answer
            | Step::Conclude
            | Step::Scan
            | Step::Supervise
            | Step::ReviewMeasures
            | Step::Resolve => self.process(step, "required"),
        }
    }

    /// Whether it can be begun: drafted, and blown first by those who may. What somebody else can
    /// begin instead is shown only.
    fn drafts(&self, found: &mut Vec<Finding>) {
        for (on_list, deed, refusal) in &self.seen.not_drafted {
            let mut roots = self.seen.nodes.iter().take_while(|it| it.parent.is_none());
            let is_begun = roots.any(|it| it.deed.kind == deed.kind);
            let (no_zh, no_en) = (refusal.sentence(Lang::Zh), refusal.sentence(Lang::En));
            let (list, off) =
                if *on_list { ("", "") } else { ("清单外事项", " off the list") };
            let act = deed.kind.code().replace('_', " ");
            let zh = format!("{}不能{}{list}：{no_zh}", deed.who.zh(), deed.kind.zh());
            let en = format!("the {} cannot {act}{off}: {no_en}", deed.who.en());
            let column = if deed.kind == CommandKind::BlowNow { "blow_now" } else { "draft" };
            let place = self.initiation(column);
            let it = Finding::refutes(Property::NoDeadEnd, place, Text::new(zh, en));
            let severity = if is_begun { Severity::Shown } else { it.severity };
            found.push(Finding { severity, ..it });
        }
    }

    /// States in which nobody who owes something can do it. Before the issue it depends on who
    /// drafted: it refutes where whoever should draft comes to it, and is shown where somebody else
    /// may draft instead.
    fn stuck(&self, found: &mut Vec<Finding>) -> BTreeSet<Step> {
        let mut steps = BTreeSet::new();
        let mut before: BTreeMap<(bool, Step), Vec<ByDrafter>> = BTreeMap::new();
        for it in &self.seen.stuck {
            let Some(node) = self.seen.nodes.get(it.node as usize) else { continue };
            if node.state.is_before_issue() {
                // Who endorses is the same on the list and off it.
                let endorsed = it.step == Step::Review && !self.row.endorse.is_empty();
                let off_list = node.state.off_list && !endorsed && it.step != Step::Submit;
                let group = before.entry((off_list, it.step)).or_default();
                if group.iter().all(|(who, _, _)| *who != node.state.drafter) {
                    group.push((node.state.drafter, it.node, it.by_anyone));
                }
            } else if steps.insert(it.step) {
                found.push(self.nobody(it.step, it.node, it.by_anyone, false));
            }
        }
        let meant: BTreeSet<Option<Who>> =
            self.row.draft.iter().map(|it| cast::of_role(*it)).collect();
        for ((off_list, step), group) in before {
            let bad: BTreeSet<Option<Who>> = group.iter().map(|(who, _, _)| *who).collect();
            let Some((who, node, by_anyone)) =
                group.iter().find(|(who, _, _)| meant.contains(who)).or(group.first())
            else {
                continue;
            };
            let mut it = self.nobody(step, *node, *by_anyone, off_list);
            if meant.is_subset(&bad) {
                steps.insert(step);
            } else {
                it.severity = Severity::Shown;
                let who = tell::people(who.as_slice());
                let Text { zh, en } = it.text;
                it.text.zh = format!("{zh}；由{}起草时如此，应由他人起草，或另有一人", who.zh);
                it.text.en = format!(
                    "{en}; so where the {} drafts: somebody else should, or a second one be there",
                    who.en
                );
            }
            found.push(it);
        }
        steps
    }

    fn nobody(&self, step: Step, node: u32, by_anyone: bool, off_list: bool) -> Finding {
        let list = if off_list { "（清单外事项）" } else { "" };
        let off = if off_list { " off the list" } else { "" };
        let (property, zh, en) = if by_anyone {
            (
                Property::Owned,
                format!("“{}”{list}的责任人办不了，能办的是别人", step.zh()),
                format!(
                    "whoever owes the step `{}`{off} cannot do it; others can",
                    tell::english(step)
                ),
            )
        } else {
            (
                Property::NoDeadEnd,
                format!("此后应办的“{}”{list}，没有任何责任人能办", step.zh()),
                format!(
                    "nobody can do the step `{}`{off}, which is owed then",
                    tell::english(step)
                ),
            )
        };
        let place = self.place(step, off_list);
        let mut it = Finding::refutes(property, place, Text::new(zh, en));
        it.story = tell::story(self.seen, node);
        it
    }

    /// Steps that are owed somewhere, and that whoever owes them can do nowhere.
    fn owners(&self, stuck: &BTreeSet<Step>, found: &mut Vec<Finding>) {
        for (step, done) in &self.seen.steps {
            if !done.by_owner && *step != Step::Ratify && !stuck.contains(step) {
                found.push(self.nobody(*step, done.first, done.by_anyone, false));
            }
        }
    }

    /// Whether the approval of what was blown first can be given, whoever blew.
    fn approvals(&self, found: &mut Vec<Finding>) {
        let bad: Vec<_> = self.seen.ratified.iter().filter(|(_, it)| !it.by_owner).collect();
        let Some((who, done)) = bad.first() else { return };
        let mut it = self.nobody(Step::Ratify, done.first, done.by_anyone, false);
        if bad.len() < self.seen.ratified.len() {
            it.severity = Severity::Shown;
            let who = tell::people(&[**who]);
            let Text { zh, en } = it.text;
            it.text.zh = format!("{zh}；由{}先吹时如此，须另有追认人", who.zh);
            it.text.en = format!("{en}; so where the {} blows: another has to ratify", who.en);
        }
        found.push(it);
    }

    fn guards(&self, found: &mut Vec<Finding>) {
        let mut told = BTreeSet::new();
        for (node, deed, after, broken) in &self.seen.broken {
            if !told.insert(*broken) {
                continue;
            }
            let (property, zh, en) = match broken {
                Broken::Unverified => {
                    (Property::Verified, "未经核查即办结", "closed without a verification")
                }
                Broken::OwnDraft => {
                    (Property::Separated, "起草与审批为同一人", "approved by the drafter")
                }
                Broken::OwnWork => {
                    (Property::Separated, "办理与核查为同一单位", "verified by a handler")
                }
                Broken::OwnBlow => {
                    (Property::Separated, "先吹与追认为同一人", "ratified by the blower")
                }
            };
            let mut it = Finding::refutes(property, self.initiation("level"), Text::new(zh, en));
            it.story = tell::story(self.seen, *node);
            it.story.push(tell::step(*deed, after));
            found.push(it);
        }
    }

    /// From every state some end is reached, and from every one that runs, closing. No way out
    /// counts on what time may take away; that the whistle is broken off is no way to close it.
    fn ends(&self, stuck: &BTreeSet<Step>, found: &mut Vec<Finding>) {
        let nodes = &self.seen.nodes;
        let open = |it: &Edge| it.way != Way::Timely && it.way != Way::Counted;
        let any = self.back(|it| it.is_terminal(), open);
        let lost = nodes.iter().zip(&any).position(|(_, reaches)| !reaches);
        let on = |it: &Edge| open(it) && it.way != Way::Abort;
        let closed = self.back(|it| it.stage == StageKind::Closed, on);
        let shut = nodes.iter().zip(&closed).position(|(node, reaches)| {
            !reaches && !node.state.is_before_issue() && !node.state.is_terminal()
        });
        let cases = [
            (lost, "此后走不到任何终点", "no end is reached from here"),
            (
                shut,
                "此后不能办结，只能终止、撤哨或升级",
                "from here it can be broken off, and never closed",
            ),
        ];
        for (at, zh, en) in cases {
            let Some(node) = at.and_then(|it| u32::try_from(it).ok()) else { continue };
            // Where nobody can do what is owed, that is the reason, and told already.
            if !stuck.is_empty() {
                continue;
            }
            let place = self.initiation(if self.own { "may_call" } else { "level" });
            let mut it = Finding::refutes(Property::NoDeadEnd, place, Text::new(zh, en));
            it.story = tell::story(self.seen, node);
            found.push(it);
        }
    }

    /// Which states lead to a goal.
    fn back(
        &self,
        goal: impl Fn(&super::state::State) -> bool,
        may: impl Fn(&Edge) -> bool,
    ) -> Vec<bool> {
        let n = self.seen.nodes.len();
        let mut before: Vec<Vec<u32>> = vec![vec![]; n];
        for it in self.seen.edges.iter().filter(|it| may(it)) {
            before[it.to as usize].push(it.from);
        }
        let mut res: Vec<bool> = self.seen.nodes.iter().map(|it| goal(&it.state)).collect();
        let mut queue: Vec<usize> = (0..n).filter(|it| res[*it]).collect();
        while let Some(at) = queue.pop() {
            for from in &before[at] {
                let from = *from as usize;
                if !res[from] {
                    res[from] = true;
                    queue.push(from);
                }
            }
        }
        res
    }

    /// No way round leads through two stages, and none is gone by the called units and the clock
    /// alone: what comes back must have used up a bound, or be an act of those who lead the case.
    fn cycles(&self, found: &mut Vec<Finding>) {
        let all = components(self.seen.nodes.len(), &self.seen.edges, |_| true);
        let mut stage_of: BTreeMap<u32, (StageKind, u32)> = BTreeMap::new();
        for (node, component) in (0u32..).zip(&all) {
            let Some(it) = self.seen.nodes.get(node as usize) else { continue };
            let (stage, _) = *stage_of.entry(*component).or_insert((it.state.stage, node));
            if stage != it.state.stage {
                let text = Text::new(
                    "可以无限次往返于两个环节之间",
                    "two stages come back to each other without a bound",
                );
                let place = Place::new(Sheet::Bounds, self.frame.process.key(), "reworks");
                let mut it = Finding::refutes(Property::Bounded, Some(place), text);
                it.story = tell::story(self.seen, node);
                found.push(it);
                break;
            }
        }
        if let Some(node) = self.seen.unbounded {
            let text = Text::new("延期可以超过次数上限", "extensions go beyond their bound");
            let place = Place::new(Sheet::Bounds, self.frame.process.key(), "extensions");
            let mut it = Finding::refutes(Property::Bounded, Some(place), text);
            it.story = tell::story(self.seen, node);
            found.push(it);
        }
        let by_units = |it: &Edge| match it.way {
            Way::OfUnit | Way::Lapse | Way::Timely => true,
            Way::Open | Way::Abort | Way::Counted => false,
        };
        let own = components(self.seen.nodes.len(), &self.seen.edges, by_units);
        let turns = self.seen.edges.iter().find(|it| {
            by_units(it) && it.from != it.to && own[it.from as usize] == own[it.to as usize]
        });
        if let Some(edge) = turns {
            let text = Text::new(
                "被召集单位可以自行无限次往返",
                "the called units can go round and round by themselves",
            );
            let place = Place::new(Sheet::Bounds, self.frame.process.key(), "extensions");
            let mut it = Finding::refutes(Property::Bounded, Some(place), text);
            it.story = tell::story(self.seen, edge.to);
            found.push(it);
        }
    }

    /// Every step that the process asks for, and every stage, is reached.
    fn reached(&self, found: &mut Vec<Finding>) {
        let process = self.frame.process;
        for step in process.steps.keys().copied().filter(|it| expected(*it, self.row, process)) {
            let of_assist = step == Step::Task || step == Step::Explain;
            let unseen = of_assist && !self.frame.with_assist;
            if unseen || self.seen.steps.contains_key(&step) {
                continue;
            }
            let zh = format!("“{}”为必经环节而走不到", step.zh());
            let en = format!("the step `{}` is required and never reached", tell::english(step));
            let below = if step == Step::DisputeSuperior {
                Some(Step::DisputeMeeting)
            } else if step == Step::DisputeConference {
                Some(Step::DisputeSuperior)
            } else {
                None
            };
            let before = below.and_then(|it| self.seen.steps.get(&it));
            let place = match below {
                Some(it) => self.process(it, "consequence"),
                None if step == Step::RuleExtension => {
                    Some(Place::new(Sheet::Bounds, process.key(), "extension_amount"))
                }
                None if step == Step::ReviewHold => {
                    let level = &self.row.level.0;
                    Some(Place::new(Sheet::Responsibility, level, "review_amount"))
                }
                None => self.process(step, "required"),
            };
            let mut it = Finding::refutes(Property::Reachable, place, Text::new(zh, en));
            it.story = before.map_or(vec![], |it| tell::story(self.seen, it.first));
            found.push(it);
        }
        let reached = stages(self.seen);
        for stage in <StageKind as strum::IntoEnumIterator>::iter() {
            if self.has(stage) && !reached.contains(&stage) {
                let (zh, en) = super::state::stage_words(stage);
                let text = Text::new(
                    format!("环节“{zh}”走不到"),
                    format!("the stage {en} is never reached"),
                );
                found.push(Finding::refutes(Property::Reachable, self.initiation("level"), text));
            }
        }
    }

    /// Whether the lists give a whistle of this row such a stage.
    fn has(&self, stage: StageKind) -> bool {
        let required = |step| self.frame.process.required(step).is_some();
        match stage {
            StageKind::Blank => false,
            StageKind::Endorsed => !self.row.endorse.is_empty(),
            // Where nobody has to come and nothing is consulted, it is passed at once.
            StageKind::Responding => required(Step::ReportIn) || required(Step::Consult),
            StageKind::LongTerm => self.frame.process.bounds.holds > 0,
            StageKind::Escalated => self.row.tier != Tier::District,
            StageKind::Draft
            | StageKind::UnderReview
            | StageKind::Handling
            | StageKind::Verifying
            | StageKind::Rating
            | StageKind::Closing
            | StageKind::Closed
            | StageKind::Terminated
            | StageKind::Withdrawn => true,
        }
    }
}

/// Whether a step of the process must come up under a row: it is required, and what it follows on
/// can happen by these lists.
fn expected(step: Step, row: &Initiation, process: &Process) -> bool {
    if process.required(step).is_none() {
        return false;
    }
    match step {
        // Nobody owes it.
        Step::ReturnWindow => false,
        Step::Issue => !row.endorse.is_empty(),
        Step::Ratify => !row.blow_now.is_empty(),
        Step::Remedy => process.required(Step::ReportIn).is_some(),
        Step::RuleExtension => process.bounds.extensions > 0,
        Step::RuleHold | Step::ReviewHold => process.bounds.holds > 0,
        // These belong to the petition or to a paper.
        Step::Accept
        | Step::Answer
        | Step::Conclude
        | Step::Scan
        | Step::Supervise
        | Step::ReviewMeasures
        | Step::Resolve => false,
        Step::Submit
        | Step::Review
        | Step::Acknowledge
        | Step::RuleReturn
        | Step::DisputeMeeting
        | Step::DisputeSuperior
        | Step::DisputeConference
        | Step::ReportIn
        | Step::Consult
        | Step::Interim
        | Step::Handle
        | Step::Task
        | Step::Explain
        | Step::Verify
        | Step::Rate
        | Step::Close => true,
    }
}

/// The strongly connected components, by the number of each node's (Tarjan, without recursion).
fn components(n: usize, edges: &[Edge], may: impl Fn(&Edge) -> bool) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    let mut next: Vec<Vec<u32>> = vec![vec![]; n];
    for it in edges.iter().filter(|it| may(it) && it.from != it.to) {
        next[it.from as usize].push(it.to);
    }
    let (mut order, mut low) = (vec![NONE; n], vec![0u32; n]);
    let (mut component, mut stack) = (vec![NONE; n], vec![]);
    let (mut n_ordered, mut n_components) = (0u32, 0u32);
    for root in 0..n {
        if order[root] != NONE {
            continue;
        }
        let mut calls = vec![(root, 0usize)];
        while let Some((at, child)) = calls.pop() {
            if child == 0 {
                order[at] = n_ordered;
                low[at] = n_ordered;
                n_ordered += 1;
                stack.push(at);
            }
            if let Some(to) = next[at].get(child).map(|it| *it as usize) {
                calls.push((at, child + 1));
                if order[to] == NONE {
                    calls.push((to, 0));
                } else if component[to] == NONE {
                    low[at] = low[at].min(order[to]);
                }
                continue;
            }
            if low[at] == order[at] {
                while let Some(it) = stack.pop() {
                    component[it] = n_components;
                    if it == at {
                        break;
                    }
                }
                n_components += 1;
            }
            if let Some((parent, _)) = calls.last() {
                low[*parent] = low[*parent].min(low[at]);
            }
        }
    }
    component
}
