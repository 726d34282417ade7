CREATE INDEX absence_end ON public.absence USING btree (district_id, until_at)
CREATE INDEX account_unit ON public.account USING btree (district_id, unit_id)
CREATE INDEX assignment_unit ON public.assignment_row USING btree (district_id, unit_id, served_at, id)
CREATE INDEX audience_page ON public.audience USING btree (district_id, holder_id, case_kind, sort_at, case_id)
CREATE INDEX audit_event_actor ON public.audit_event USING btree (district_id, actor_id, at, stream_id, version)
CREATE INDEX audit_event_kind ON public.audit_event USING btree (district_id, kind, at, stream_id, version)
CREATE INDEX audit_event_time ON public.audit_event USING btree (district_id, at, stream_id, version)
CREATE INDEX deadline_calendar ON public.deadline USING btree (district_id, lapsed, calendar, stream_id)
CREATE INDEX deadline_due ON public.deadline USING btree (lapsed, due_at)
CREATE INDEX deadline_inbox ON public.deadline USING btree (district_id, unit_id, foremost, due_at, stream_id, step, part_id)
CREATE INDEX device_end ON public.device USING btree (expires_at)
CREATE INDEX device_person ON public.device USING btree (district_id, person_id)
CREATE INDEX duty_end ON public.duty USING btree (district_id, until_at)
CREATE INDEX event_case_owner ON public.event USING btree (district_id, stream_id) WHERE ((kind)::text = 'case_owner_assigned'::text)
CREATE INDEX event_ruling ON public.event USING btree (district_id, at, stream_id, version) WHERE ((kind)::text = ANY ((ARRAY['return_ruled'::character varying, 'designated'::character varying])::text[]))
CREATE INDEX file_by_case ON public.file USING btree (district_id, case_id)
CREATE INDEX file_by_expiry ON public.file USING btree (expires_at)
CREATE INDEX file_key ON public.file USING btree (district_id, key_id, id)
CREATE INDEX idempotency_age ON public.idempotency USING btree (created_at)
CREATE INDEX letter_mailing ON public.letter USING btree (district_id, mailing_id)
CREATE INDEX letter_of ON public.letter USING btree (district_id, addressee_id, created_at, id)
CREATE INDEX letter_time ON public.letter USING btree (district_id, created_at, id)
CREATE INDEX mailing_due ON public.mailing USING btree (state, next_at)
CREATE INDEX person_index_of ON public.person_index USING btree (district_id, person_id)
CREATE INDEX person_key ON public.person USING btree (district_id, key_id, id)
CREATE INDEX person_ref ON public.person USING btree (district_id, external_ref)
CREATE INDEX petition_due ON public.petition_row USING btree (district_id, due_at, id)
CREATE INDEX petition_page ON public.petition_row USING btree (district_id, registered_at, id)
CREATE INDEX petition_petitioner ON public.petition_row USING btree (district_id, petitioner_id)
CREATE INDEX petition_ref ON public.petition_row USING btree (district_id, external_ref)
CREATE INDEX petition_stage ON public.petition_row USING btree (district_id, stage, registered_at, id)
CREATE INDEX provider_attempt_end ON public.provider_attempt USING btree (expires_at)
CREATE INDEX seal_head_seal ON public.seal_head USING btree (district_id, seal_no, stream_id)
CREATE INDEX search_tokens ON public.search USING gin (tokens)
CREATE INDEX session_end ON public.session USING btree (expires_at)
CREATE INDEX session_person ON public.session USING btree (district_id, person_id)
CREATE INDEX stage_span_at ON public.stage_span USING btree (district_id, case_kind, stage, from_at, to_at)
CREATE INDEX text_key ON public.text USING btree (district_id, key_id, id)
CREATE INDEX text_stream ON public.text USING btree (district_id, stream_id)
CREATE INDEX whistle_due ON public.whistle_row USING btree (district_id, due_at, id)
CREATE INDEX whistle_issued ON public.whistle_row USING btree (district_id, year, issued_at, id)
CREATE INDEX whistle_issued_page ON public.whistle_row USING btree (district_id, issued_at, id)
CREATE INDEX whistle_overridden ON public.whistle_row USING btree (district_id, drafted_at, id) WHERE overridden
CREATE INDEX whistle_page ON public.whistle_row USING btree (district_id, drafted_at, id)
CREATE INDEX whistle_stage ON public.whistle_row USING btree (district_id, stage, drafted_at, id)
CREATE UNIQUE INDEX absence_pkey ON public.absence USING btree (district_id, id)
CREATE UNIQUE INDEX account_login ON public.account USING btree (district_id, login)
CREATE UNIQUE INDEX account_pkey ON public.account USING btree (district_id, person_id)
CREATE UNIQUE INDEX assignment_row_pkey ON public.assignment_row USING btree (district_id, id)
CREATE UNIQUE INDEX assignment_whistle ON public.assignment_row USING btree (district_id, whistle_id, id)
CREATE UNIQUE INDEX audience_case ON public.audience USING btree (district_id, case_id, holder_id)
CREATE UNIQUE INDEX audience_pkey ON public.audience USING btree (district_id, holder_id, case_id)
CREATE UNIQUE INDEX audit_event_pkey ON public.audit_event USING btree (district_id, stream_id, version)
CREATE UNIQUE INDEX audit_stream_pkey ON public.audit_stream USING btree (district_id, id)
CREATE UNIQUE INDEX block_pkey ON public.block USING btree (district_id, name)
CREATE UNIQUE INDEX calendar_version_pkey ON public.calendar_version USING btree (district_id, version)
CREATE UNIQUE INDEX deadline_pkey ON public.deadline USING btree (district_id, stream_id, step, part_id)
CREATE UNIQUE INDEX device_pkey ON public.device USING btree (token_hash, person_id)
CREATE UNIQUE INDEX district_pkey ON public.district USING btree (id)
CREATE UNIQUE INDEX duty_pkey ON public.duty USING btree (district_id, id)
CREATE UNIQUE INDEX event_pkey ON public.event USING btree (district_id, stream_id, version)
CREATE UNIQUE INDEX exclusion_holder ON public.exclusion USING btree (district_id, holder_id, case_id)
CREATE UNIQUE INDEX exclusion_pkey ON public.exclusion USING btree (district_id, case_id, holder_id)
CREATE UNIQUE INDEX file_opening_pkey ON public.file_opening USING btree (district_id, file_id, person_id)
CREATE UNIQUE INDEX file_pkey ON public.file USING btree (district_id, id)
CREATE UNIQUE INDEX former_password_pkey ON public.former_password USING btree (district_id, person_id, until_at)
CREATE UNIQUE INDEX idempotency_pkey ON public.idempotency USING btree (district_id, actor_id, key)
CREATE UNIQUE INDEX letter_once ON public.letter USING btree (district_id, stream_id, version, addressee_id, channel)
CREATE UNIQUE INDEX letter_pkey ON public.letter USING btree (district_id, id)
CREATE UNIQUE INDEX lists_draft_pkey ON public.lists_draft USING btree (district_id, id)
CREATE UNIQUE INDEX lists_version_pkey ON public.lists_version USING btree (district_id, version)
CREATE UNIQUE INDEX lockout_pkey ON public.lockout USING btree (district_id, person_id)
CREATE UNIQUE INDEX mailing_message ON public.mailing USING btree (message_id)
CREATE UNIQUE INDEX mailing_pkey ON public.mailing USING btree (district_id, id)
CREATE UNIQUE INDEX master_key_pkey ON public.master_key USING btree (district_id, id)
CREATE UNIQUE INDEX person_index_pkey ON public.person_index USING btree (district_id, field, mac, person_id)
CREATE UNIQUE INDEX person_pkey ON public.person USING btree (district_id, id)
CREATE UNIQUE INDEX petition_external ON public.petition_row USING btree (district_id, centre_id, source, external_ref)
CREATE UNIQUE INDEX petition_number ON public.petition_row USING btree (district_id, number)
CREATE UNIQUE INDEX petition_row_pkey ON public.petition_row USING btree (district_id, id)
CREATE UNIQUE INDEX provider_account_person ON public.provider_account USING btree (district_id, person_id)
CREATE UNIQUE INDEX provider_account_pkey ON public.provider_account USING btree (district_id, issuer, subject)
CREATE UNIQUE INDEX provider_attempt_pkey ON public.provider_attempt USING btree (token_hash)
CREATE UNIQUE INDEX recovery_code_pkey ON public.recovery_code USING btree (district_id, person_id, hash)
CREATE UNIQUE INDEX register_pkey ON public.register USING btree (district_id)
CREATE UNIQUE INDEX roles_asked_pkey ON public.roles_asked USING btree (district_id, person_id)
CREATE UNIQUE INDEX seal_head_pkey ON public.seal_head USING btree (district_id, stream_id, seal_no)
CREATE UNIQUE INDEX seal_pkey ON public.seal USING btree (district_id, no)
CREATE UNIQUE INDEX seaql_migrations_pkey ON public.seaql_migrations USING btree (version)
CREATE UNIQUE INDEX search_pkey ON public.search USING btree (district_id, case_id)
CREATE UNIQUE INDEX second_factor_pkey ON public.second_factor USING btree (district_id, person_id)
CREATE UNIQUE INDEX serial_pkey ON public.serial USING btree (district_id, centre_id, year)
CREATE UNIQUE INDEX session_pkey ON public.session USING btree (token_hash)
CREATE UNIQUE INDEX stage_span_pkey ON public.stage_span USING btree (district_id, case_id, part_id, from_version)
CREATE UNIQUE INDEX stream_pkey ON public.stream USING btree (district_id, id)
CREATE UNIQUE INDEX text_pkey ON public.text USING btree (district_id, id)
CREATE UNIQUE INDEX unit_closure_pkey ON public.unit_closure USING btree (district_id, ancestor_id, descendant_id)
CREATE UNIQUE INDEX unit_closure_up ON public.unit_closure USING btree (district_id, descendant_id, ancestor_id)
CREATE UNIQUE INDEX unit_code ON public.unit USING btree (district_id, code)
CREATE UNIQUE INDEX unit_pkey ON public.unit USING btree (district_id, id)
CREATE UNIQUE INDEX whistle_batch ON public.whistle_row USING btree (district_id, centre_id, year, batch)
CREATE UNIQUE INDEX whistle_petition_back ON public.whistle_petition USING btree (district_id, petition_id, whistle_id)
CREATE UNIQUE INDEX whistle_petition_pkey ON public.whistle_petition USING btree (district_id, whistle_id, petition_id)
CREATE UNIQUE INDEX whistle_row_pkey ON public.whistle_row USING btree (district_id, id)
column absence.district_id uuid not null
column absence.from_at timestamp with time zone not null
column absence.id uuid not null
column absence.person_id uuid not null
column absence.substitute_id uuid not null
column absence.unit_id uuid not null
column absence.until_at timestamp with time zone not null
column account.created_at timestamp with time zone not null
column account.disabled_at timestamp with time zone
column account.district_id uuid not null
column account.login character varying not null
column account.mail character varying
column account.password_at timestamp with time zone
column account.password_hash character varying not null
column account.password_reset boolean not null
column account.person_id uuid not null
column account.post character varying not null
column account.rank character varying not null
column account.roles text not null
column account.signed_in_at timestamp with time zone
column account.unit_id uuid not null
column assignment_row.absent boolean not null
column assignment_row.acknowledged_at timestamp with time zone
column assignment_row.below_rank boolean not null
column assignment_row.district_id uuid not null
column assignment_row.due_at timestamp with time zone
column assignment_row.id uuid not null
column assignment_row.replied_at timestamp with time zone
column assignment_row.reported_at timestamp with time zone
column assignment_row.role character varying not null
column assignment_row.served_at timestamp with time zone not null
column assignment_row.stage character varying not null
column assignment_row.unit_id uuid not null
column assignment_row.version integer not null
column assignment_row.whistle_id uuid not null
column audience.case_id uuid not null
column audience.case_kind character varying not null
column audience.district_id uuid not null
column audience.holder_id uuid not null
column audience.sealed boolean not null
column audience.sort_at timestamp with time zone not null
column audit_event.actor_id uuid
column audit_event.at timestamp with time zone not null
column audit_event.body bytea not null
column audit_event.district_id uuid not null
column audit_event.hash bytea not null
column audit_event.kind character varying not null
column audit_event.lasting boolean not null
column audit_event.stream_id uuid not null
column audit_event.success boolean not null
column audit_event.version integer not null
column audit_stream.district_id uuid not null
column audit_stream.head bytea not null
column audit_stream.id uuid not null
column audit_stream.lasting boolean not null
column audit_stream.started_at timestamp with time zone not null
column audit_stream.updated_at timestamp with time zone not null
column audit_stream.version integer not null
column block.district_id uuid not null
column block.name character varying not null
column block.next bigint not null
column calendar_version.adopted_on date not null
column calendar_version.body text not null
column calendar_version.district_id uuid not null
column calendar_version.published_at timestamp with time zone not null
column calendar_version.version integer not null
column deadline.calendar integer not null
column deadline.cap_at timestamp with time zone
column deadline.district_id uuid not null
column deadline.due_at timestamp with time zone not null
column deadline.foremost boolean not null
column deadline.from_at timestamp with time zone not null
column deadline.lapsed boolean not null
column deadline.lease_until timestamp with time zone
column deadline.limit_amount integer
column deadline.limit_unit character varying
column deadline.part_id uuid not null
column deadline.person_id uuid
column deadline.provisional boolean not null
column deadline.roles text not null
column deadline.step character varying not null
column deadline.stream_id uuid not null
column deadline.stream_kind character varying not null
column deadline.unit_id uuid not null
column deadline.warn_at timestamp with time zone not null
column device.created_at timestamp with time zone not null
column device.district_id uuid not null
column device.expires_at timestamp with time zone not null
column device.person_id uuid not null
column device.token_hash bytea not null
column district.code character varying not null
column district.id uuid not null
column district.name character varying not null
column duty.district_id uuid not null
column duty.from_at timestamp with time zone not null
column duty.id uuid not null
column duty.person_id uuid not null
column duty.unit_id uuid not null
column duty.until_at timestamp with time zone not null
column event.at timestamp with time zone not null
column event.body bytea not null
column event.district_id uuid not null
column event.hash bytea not null
column event.kind character varying not null
column event.stream_id uuid not null
column event.version integer not null
column exclusion.case_id uuid not null
column exclusion.district_id uuid not null
column exclusion.holder_id uuid not null
column file.case_id uuid
column file.case_kind character varying
column file.created_at timestamp with time zone not null
column file.digest bytea not null
column file.district_id uuid not null
column file.expires_at timestamp with time zone
column file.id uuid not null
column file.key bytea
column file.key_id integer
column file.media character varying not null
column file.owner_id uuid not null
column file.sealed boolean not null
column file.size bigint not null
column file_opening.district_id uuid not null
column file_opening.file_id uuid not null
column file_opening.person_id uuid not null
column file_opening.until_at timestamp with time zone not null
column former_password.district_id uuid not null
column former_password.hash character varying not null
column former_password.person_id uuid not null
column former_password.until_at timestamp with time zone not null
column idempotency.actor_id uuid not null
column idempotency.created_at timestamp with time zone not null
column idempotency.district_id uuid not null
column idempotency.input_hash bytea not null
column idempotency.key character varying not null
column idempotency.object character varying not null
column idempotency.object_id uuid not null
column idempotency.stream_id uuid not null
column letter.addressee_id uuid not null
column letter.channel character varying not null
column letter.created_at timestamp with time zone not null
column letter.district_id uuid not null
column letter.id uuid not null
column letter.kind character varying not null
column letter.mailing_id uuid
column letter.notice text not null
column letter.stream_id uuid not null
column letter.unit_id uuid not null
column letter.version integer not null
column lists_draft.base integer not null
column lists_draft.body text not null
column lists_draft.district_id uuid not null
column lists_draft.edit integer not null
column lists_draft.edited_at timestamp with time zone not null
column lists_draft.id uuid not null
column lists_draft.proof text
column lists_version.body text not null
column lists_version.district_id uuid not null
column lists_version.editors text
column lists_version.effective_on date not null
column lists_version.proof text
column lists_version.published_at timestamp with time zone not null
column lists_version.published_by uuid
column lists_version.version integer not null
column lockout.district_id uuid not null
column lockout.failures integer not null
column lockout.person_id uuid not null
column lockout.until_at timestamp with time zone
column mailing.address character varying not null
column mailing.addressee_id uuid not null
column mailing.attempts integer not null
column mailing.created_at timestamp with time zone not null
column mailing.district_id uuid not null
column mailing.id uuid not null
column mailing.last_error text
column mailing.lease_until timestamp with time zone
column mailing.message_id character varying not null
column mailing.next_at timestamp with time zone not null
column mailing.sent_at timestamp with time zone
column mailing.state character varying not null
column mailing.urgent boolean not null
column master_key.district_id uuid not null
column master_key.id integer not null
column master_key.proof bytea not null
column master_key.since_at timestamp with time zone not null
column person.address text
column person.created_at timestamp with time zone not null
column person.district_id uuid not null
column person.erased_at timestamp with time zone
column person.external_ref character varying
column person.id uuid not null
column person.id_number text
column person.key_id integer
column person.name text
column person.phone text
column person.sealed bytea
column person.wrapped_key bytea
column person_index.district_id uuid not null
column person_index.field character varying not null
column person_index.key_id integer not null
column person_index.mac bytea not null
column person_index.person_id uuid not null
column petition_row.centre_id uuid not null
column petition_row.class text
column petition_row.difficult boolean not null
column petition_row.district_id uuid not null
column petition_row.due_at timestamp with time zone
column petition_row.external_ref character varying
column petition_row.id uuid not null
column petition_row.matter character varying
column petition_row.n_whistles integer not null
column petition_row.nature character varying not null
column petition_row.number character varying not null
column petition_row.petitioner_id uuid
column petition_row.place_id uuid
column petition_row.procedure character varying not null
column petition_row.rating character varying
column petition_row.registered_at timestamp with time zone not null
column petition_row.resolution character varying
column petition_row.round integer not null
column petition_row.source character varying not null
column petition_row.stage character varying not null
column petition_row.title_id uuid not null
column petition_row.version integer not null
column provider_account.district_id uuid not null
column provider_account.issuer character varying not null
column provider_account.linked_at timestamp with time zone not null
column provider_account.person_id uuid not null
column provider_account.subject character varying not null
column provider_attempt.expires_at timestamp with time zone not null
column provider_attempt.token_hash bytea not null
column recovery_code.district_id uuid not null
column recovery_code.hash bytea not null
column recovery_code.person_id uuid not null
column recovery_code.used_at timestamp with time zone
column register.district_id uuid not null
column register.version bigint not null
column roles_asked.at timestamp with time zone not null
column roles_asked.by_id uuid not null
column roles_asked.district_id uuid not null
column roles_asked.person_id uuid not null
column roles_asked.roles text not null
column seal.at timestamp with time zone not null
column seal.body bytea not null
column seal.district_id uuid not null
column seal.no integer not null
column seal.reason text
column seal.signature bytea not null
column seal_head.district_id uuid not null
column seal_head.head bytea not null
column seal_head.kind character varying not null
column seal_head.seal_no integer not null
column seal_head.stream_id uuid not null
column seal_head.version integer not null
column seaql_migrations.applied_at bigint not null
column seaql_migrations.version character varying not null
column search.case_id uuid not null
column search.district_id uuid not null
column search.tokens tsvector not null
column second_factor.district_id uuid not null
column second_factor.enrolled_at timestamp with time zone
column second_factor.last_step bigint
column second_factor.pending bytea
column second_factor.person_id uuid not null
column second_factor.secret bytea
column serial.centre_id uuid not null
column serial.district_id uuid not null
column serial.last integer not null
column serial.year integer not null
column session.confirmed_at timestamp with time zone
column session.created_at timestamp with time zone not null
column session.district_id uuid not null
column session.document bytea
column session.expires_at timestamp with time zone not null
column session.kind character varying not null
column session.last_seen_at timestamp with time zone
column session.must character varying not null
column session.name character varying
column session.person_id uuid not null
column session.scope character varying
column session.token_hash bytea not null
column stage_span.case_id uuid not null
column stage_span.case_kind character varying not null
column stage_span.district_id uuid not null
column stage_span.from_at timestamp with time zone not null
column stage_span.from_version integer not null
column stage_span.part_id uuid not null
column stage_span.stage character varying not null
column stage_span.to_at timestamp with time zone
column stream.district_id uuid not null
column stream.fold_version integer not null
column stream.head bytea not null
column stream.id uuid not null
column stream.kind character varying not null
column stream.state bytea not null
column stream.updated_at timestamp with time zone not null
column stream.version integer not null
column text.body text
column text.district_id uuid not null
column text.erased_at timestamp with time zone
column text.id uuid not null
column text.key_id integer
column text.salt bytea
column text.sealed bytea
column text.stream_id uuid not null
column text.wrapped_key bytea
column unit.closed boolean not null
column unit.code character varying not null
column unit.district_id uuid not null
column unit.heir_id uuid
column unit.id uuid not null
column unit.kind character varying not null
column unit.name character varying not null
column unit.parent_id uuid
column unit.short_name character varying not null
column unit.territory_id uuid
column unit.tier character varying not null
column unit_closure.ancestor_id uuid not null
column unit_closure.depth integer not null
column unit_closure.descendant_id uuid not null
column unit_closure.district_id uuid not null
column whistle_petition.district_id uuid not null
column whistle_petition.petition_id uuid not null
column whistle_petition.whistle_id uuid not null
column whistle_row.batch integer
column whistle_row.blown_now boolean not null
column whistle_row.centre_id uuid not null
column whistle_row.district_id uuid not null
column whistle_row.drafted_at timestamp with time zone not null
column whistle_row.due_at timestamp with time zone
column whistle_row.id uuid not null
column whistle_row.issued_at timestamp with time zone
column whistle_row.kind character varying not null
column whistle_row.lead_unit_id uuid
column whistle_row.level character varying not null
column whistle_row.matter character varying
column whistle_row.overridden boolean not null
column whistle_row.round integer not null
column whistle_row.serial character varying
column whistle_row.stage character varying not null
column whistle_row.title_id uuid not null
column whistle_row.version integer not null
column whistle_row.year integer
trigger audit_event BEFORE DELETE note_is_kept
trigger audit_event BEFORE UPDATE note_is_kept
trigger event BEFORE DELETE event_is_for_ever
trigger event BEFORE UPDATE event_is_for_ever
trigger seal BEFORE DELETE seal_is_kept
trigger seal BEFORE UPDATE seal_is_kept
trigger seal_head BEFORE DELETE seal_head_is_kept
trigger seal_head BEFORE UPDATE seal_head_is_kept
