//! scratch
use engine::{calendar::Calendar, lists::Lists, prove::{Prover, Scope}};
#[test]
fn scratch() {
    let lists = Lists::preset().unwrap();
    let calendars = Calendar::presets().unwrap();
    let t = std::time::Instant::now();
    for f in Prover::new(&lists, &calendars).rows() { println!("{:?} {:?} {:?}\n{}", f.severity, f.property, f.place, f.told(engine::text::Lang::Zh)); }
    println!("rows {:?}", t.elapsed());
    for scope in [Scope::Lead, Scope::LeadAndAssist] {
        let prover = Prover::new(&lists, &calendars).within(scope);
        for pair in prover.pairs() {
            let t = std::time::Instant::now();
            let it = prover.pair(&pair);
            println!("{scope:?} {pair:?} {} {} {:?}", it.n_states, it.n_transitions, t.elapsed());
            if std::env::var("FULL").is_ok() {
            for f in it.findings { println!("{:?} {:?} {:?}\n{}", f.severity, f.property, f.place, f.told(engine::text::Lang::Zh)); } }
        }
    }
}
