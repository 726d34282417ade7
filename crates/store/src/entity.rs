//! Rows, one module a table. They never leave this crate.
#![expect(unreachable_pub, reason = "the derive macros of the ORM demand `pub`")]

macro_rules! entities {
    ($($name:ident $table:literal { $($(#[$meta:meta])* $field:ident: $kind:ty),* $(,)? })*) => {$(
        pub(crate) mod $name {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$meta])* pub $field: $kind,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    )*

    /// Every table, for whoever carries them all.
    pub(crate) fn tables() -> Vec<crate::archive::Table> {
        vec![$(crate::archive::Table::of::<$name::Entity>()),*]
    }};
}

entities! {
    district "district" {
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        code: String,
        name: String,
    }
    unit "unit" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        code: String,
        name: String,
        short_name: String,
        kind: String,
        tier: String,
        parent_id: Option<Uuid>,
        territory_id: Option<Uuid>,
        closed: bool,
        heir_id: Option<Uuid>,
    }
    unit_closure "unit_closure" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] ancestor_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] descendant_id: Uuid,
        depth: i32,
    }
    person "person" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        name: Option<String>,
        phone: Option<String>,
        id_number: Option<String>,
        address: Option<String>,
        external_ref: Option<String>,
        created_at: DateTimeUtc,
        erased_at: Option<DateTimeUtc>,
        key_id: Option<i32>,
        wrapped_key: Option<Vec<u8>>,
        sealed: Option<Vec<u8>>,
    }
    person_index "person_index" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] field: String,
        #[sea_orm(primary_key, auto_increment = false)] mac: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        key_id: i32,
    }
    master_key "master_key" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: i32,
        proof: Vec<u8>,
        since_at: DateTimeUtc,
    }
    account "account" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        login: String,
        password_hash: String,
        unit_id: Uuid,
        roles: String,
        rank: String,
        post: String,
        mail: Option<String>,
        created_at: DateTimeUtc,
        disabled_at: Option<DateTimeUtc>,
        password_at: Option<DateTimeUtc>,
        password_reset: bool,
        signed_in_at: Option<DateTimeUtc>,
    }
    session "session" {
        #[sea_orm(primary_key, auto_increment = false)] token_hash: Vec<u8>,
        district_id: Uuid,
        person_id: Uuid,
        kind: String,
        created_at: DateTimeUtc,
        expires_at: DateTimeUtc,
        last_seen_at: Option<DateTimeUtc>,
        confirmed_at: Option<DateTimeUtc>,
        must: String,
        name: Option<String>,
        scope: Option<String>,
        document: Option<Vec<u8>>,
    }
    lockout "lockout" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        failures: i32,
        until_at: Option<DateTimeUtc>,
    }
    former_password "former_password" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] until_at: DateTimeUtc,
        hash: String,
    }
    second_factor "second_factor" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        secret: Option<Vec<u8>>,
        enrolled_at: Option<DateTimeUtc>,
        last_step: Option<i64>,
        pending: Option<Vec<u8>>,
    }
    recovery_code "recovery_code" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] hash: Vec<u8>,
        used_at: Option<DateTimeUtc>,
    }
    device "device" {
        #[sea_orm(primary_key, auto_increment = false)] token_hash: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        district_id: Uuid,
        created_at: DateTimeUtc,
        expires_at: DateTimeUtc,
    }
    roles_asked "roles_asked" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        roles: String,
        by_id: Uuid,
        at: DateTimeUtc,
    }
    absence "absence" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        unit_id: Uuid,
        person_id: Uuid,
        substitute_id: Uuid,
        from_at: DateTimeUtc,
        until_at: DateTimeUtc,
    }
    duty "duty" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        unit_id: Uuid,
        person_id: Uuid,
        from_at: DateTimeUtc,
        until_at: DateTimeUtc,
    }
    provider_account "provider_account" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] issuer: String,
        #[sea_orm(primary_key, auto_increment = false)] subject: String,
        person_id: Uuid,
        linked_at: DateTimeUtc,
    }
    provider_attempt "provider_attempt" {
        #[sea_orm(primary_key, auto_increment = false)] token_hash: Vec<u8>,
        expires_at: DateTimeUtc,
    }
    register "register" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        version: i64,
    }
    lists_version "lists_version" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] version: i32,
        effective_on: Date,
        body: String,
        published_at: DateTimeUtc,
        published_by: Option<Uuid>,
        editors: Option<String>,
        proof: Option<String>,
    }
    lists_draft "lists_draft" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        edit: i32,
        base: i32,
        body: String,
        proof: Option<String>,
        edited_at: DateTimeUtc,
    }
    calendar_version "calendar_version" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] version: i32,
        adopted_on: Date,
        body: String,
        published_at: DateTimeUtc,
    }
    stream "stream" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        kind: String,
        version: i32,
        head: Vec<u8>,
        state: Vec<u8>,
        fold_version: i32,
        updated_at: DateTimeUtc,
    }
    event "event" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] stream_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] version: i32,
        kind: String,
        at: DateTimeUtc,
        body: Vec<u8>,
        hash: Vec<u8>,
    }
    audit_stream "audit_stream" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        lasting: bool,
        version: i32,
        head: Vec<u8>,
        started_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    audit_event "audit_event" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] stream_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] version: i32,
        kind: String,
        lasting: bool,
        success: bool,
        at: DateTimeUtc,
        actor_id: Option<Uuid>,
        body: Vec<u8>,
        hash: Vec<u8>,
    }
    seal "seal" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] no: i32,
        at: DateTimeUtc,
        body: Vec<u8>,
        signature: Vec<u8>,
        reason: Option<String>,
    }
    seal_head "seal_head" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] stream_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] seal_no: i32,
        kind: String,
        version: i32,
        head: Vec<u8>,
    }
    text "text" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        stream_id: Uuid,
        salt: Option<Vec<u8>>,
        body: Option<String>,
        erased_at: Option<DateTimeUtc>,
        key_id: Option<i32>,
        wrapped_key: Option<Vec<u8>>,
        sealed: Option<Vec<u8>>,
    }
    deadline "deadline" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] stream_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] step: String,
        #[sea_orm(primary_key, auto_increment = false)] part_id: Uuid,
        stream_kind: String,
        unit_id: Uuid,
        roles: String,
        from_at: DateTimeUtc,
        due_at: DateTimeUtc,
        warn_at: DateTimeUtc,
        limit_amount: Option<i32>,
        limit_unit: Option<String>,
        calendar: i32,
        provisional: bool,
        cap_at: Option<DateTimeUtc>,
        lapsed: bool,
        foremost: bool,
        person_id: Option<Uuid>,
        lease_until: Option<DateTimeUtc>,
    }
    letter "letter" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        stream_id: Uuid,
        version: i32,
        addressee_id: Uuid,
        channel: String,
        unit_id: Uuid,
        kind: String,
        notice: String,
        mailing_id: Option<Uuid>,
        created_at: DateTimeUtc,
    }
    mailing "mailing" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        addressee_id: Uuid,
        address: String,
        message_id: String,
        state: String,
        urgent: bool,
        attempts: i32,
        next_at: DateTimeUtc,
        lease_until: Option<DateTimeUtc>,
        sent_at: Option<DateTimeUtc>,
        last_error: Option<String>,
        created_at: DateTimeUtc,
    }
    audience "audience" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] holder_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] case_id: Uuid,
        case_kind: String,
        sort_at: DateTimeUtc,
        sealed: bool,
    }
    exclusion "exclusion" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] case_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] holder_id: Uuid,
    }
    stage_span "stage_span" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] case_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] part_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] from_version: i32,
        case_kind: String,
        stage: String,
        from_at: DateTimeUtc,
        to_at: Option<DateTimeUtc>,
    }
    idempotency "idempotency" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] actor_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] key: String,
        input_hash: Vec<u8>,
        object: String,
        object_id: Uuid,
        stream_id: Uuid,
        created_at: DateTimeUtc,
    }
    serial "serial" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] centre_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] year: i32,
        last: i32,
    }
    block "block" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] name: String,
        next: i64,
    }
    petition_row "petition_row" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        version: i32,
        centre_id: Uuid,
        number: String,
        procedure: String,
        source: String,
        nature: String,
        matter: Option<String>,
        place_id: Option<Uuid>,
        stage: String,
        difficult: bool,
        resolution: Option<String>,
        rating: Option<String>,
        n_whistles: i32,
        round: i32,
        title_id: Uuid,
        petitioner_id: Option<Uuid>,
        external_ref: Option<String>,
        registered_at: DateTimeUtc,
        due_at: Option<DateTimeUtc>,
        class: Option<String>,
    }
    whistle_row "whistle_row" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        version: i32,
        centre_id: Uuid,
        kind: String,
        level: String,
        matter: Option<String>,
        stage: String,
        round: i32,
        year: Option<i32>,
        batch: Option<i32>,
        serial: Option<String>,
        blown_now: bool,
        title_id: Uuid,
        lead_unit_id: Option<Uuid>,
        drafted_at: DateTimeUtc,
        issued_at: Option<DateTimeUtc>,
        due_at: Option<DateTimeUtc>,
        overridden: bool,
    }
    file "file" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        owner_id: Uuid,
        case_id: Option<Uuid>,
        case_kind: Option<String>,
        sealed: bool,
        media: String,
        size: i64,
        digest: Vec<u8>,
        key_id: Option<i32>,
        key: Option<Vec<u8>>,
        created_at: DateTimeUtc,
        expires_at: Option<DateTimeUtc>,
    }
    file_opening "file_opening" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] file_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] person_id: Uuid,
        until_at: DateTimeUtc,
    }
    whistle_petition "whistle_petition" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] whistle_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] petition_id: Uuid,
    }
    assignment_row "assignment_row" {
        #[sea_orm(primary_key, auto_increment = false)] district_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
        whistle_id: Uuid,
        version: i32,
        unit_id: Uuid,
        role: String,
        stage: String,
        served_at: DateTimeUtc,
        acknowledged_at: Option<DateTimeUtc>,
        reported_at: Option<DateTimeUtc>,
        below_rank: bool,
        absent: bool,
        replied_at: Option<DateTimeUtc>,
        due_at: Option<DateTimeUtc>,
    }
}
