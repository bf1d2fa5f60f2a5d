import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The whole first schema. Rules that hold for every table:
 * people, events, runs, messages and figures lead with environment_id in every key and index; definitions lead with
 * store_id; instants are timestamptz; ids are UUIDv7 minted in Node; what must be unique is a constraint. `clock` repeats
 * the environment's clock on rows that wait, so that the live claim's partial indexes hold live rows only.
 * Nothing references a partitioned table: a run keeps its own copy of its event.
 */
export class Foundation1763740000000 implements MigrationInterface {
  name = 'Foundation1763740000000';

  async up(q: QueryRunner): Promise<void> {
    for (const statement of [STORES, CONTACTS, DEFINITIONS, EVENTS, ENROLLMENTS, MESSAGES, TRACKING, STATS, PARTITIONS])
      await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ensure_month_partitions(integer);
      DROP TABLE stats_dirty, stats_daily, conversions, engagements, workers, send_attempts, message_bodies, messages,
        enrollment_steps, enrollments, event_keys, storefront_events, publications, template_versions, templates,
        scenario_versions, scenarios, suppressions, consents, contact_keys, contacts, idempotency_keys, installation,
        api_keys, environments, stores`);
  }
}

const STORES = `
CREATE TABLE stores (
  id uuid PRIMARY KEY,
  key text NOT NULL CONSTRAINT stores_key_unique UNIQUE,
  name text NOT NULL,
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE environments (
  id uuid PRIMARY KEY,
  store_id uuid NOT NULL REFERENCES stores (id),
  mode text NOT NULL CHECK (mode IN ('live', 'sandbox')),
  clock text NOT NULL CHECK (clock IN ('real', 'virtual')),
  virtual_now timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT environments_store_mode_unique UNIQUE (store_id, mode),
  CONSTRAINT environments_clock_fits_mode CHECK ((mode = 'live') = (clock = 'real')),
  CONSTRAINT environments_virtual_now_known CHECK ((clock = 'virtual') = (virtual_now IS NOT NULL))
);
CREATE TABLE api_keys (
  id text PRIMARY KEY,
  store_id uuid NOT NULL REFERENCES stores (id),
  environment_id uuid NOT NULL REFERENCES environments (id),
  secret_hash bytea NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_keys_store ON api_keys (store_id);
-- One row a fact about this installation: the fingerprint of SECRET_KEY, whether the first run is complete.
CREATE TABLE installation (
  key text PRIMARY KEY,
  value jsonb NOT NULL
);
CREATE TABLE idempotency_keys (
  environment_id uuid NOT NULL REFERENCES environments (id),
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  response jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, key)
);
`;

const CONTACTS = `
CREATE TABLE contacts (
  environment_id uuid NOT NULL REFERENCES environments (id),
  id uuid NOT NULL,
  external_id text,
  email text,
  email_key text,
  first_name text,
  last_name text,
  phone text,
  locale text,
  timezone text,
  tags text[] NOT NULL DEFAULT '{}',
  attributes jsonb NOT NULL DEFAULT '{}',
  marketing_consent boolean,
  consent_changed_at timestamptz,
  confirmed_at timestamptz,
  unsubscribed_at timestamptz,
  erased_at timestamptz,
  merged_into uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, id)
);
CREATE INDEX contacts_merged_into ON contacts (environment_id, merged_into) WHERE merged_into IS NOT NULL;
-- Every identity of a contact, the one place of their uniqueness: external id, e-mail key, any number of anonymous ids.
CREATE TABLE contact_keys (
  environment_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('external', 'email', 'anonymous')),
  key text NOT NULL,
  contact_id uuid NOT NULL,
  PRIMARY KEY (environment_id, kind, key),
  CONSTRAINT contact_keys_contact FOREIGN KEY (environment_id, contact_id) REFERENCES contacts (environment_id, id)
);
CREATE INDEX contact_keys_contact_id ON contact_keys (environment_id, contact_id);
-- Evidence of consent and of its withdrawal, append only (the burden of proof is the sender's).
CREATE TABLE consents (
  environment_id uuid NOT NULL,
  id uuid NOT NULL,
  contact_id uuid NOT NULL,
  purpose text NOT NULL,
  granted boolean NOT NULL,
  source text NOT NULL,
  occurred_at timestamptz NOT NULL,
  event_id uuid,
  evidence jsonb NOT NULL DEFAULT '{}',
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, id),
  CONSTRAINT consents_contact FOREIGN KEY (environment_id, contact_id) REFERENCES contacts (environment_id, id)
);
CREATE INDEX consents_contact_id ON consents (environment_id, contact_id, occurred_at);
CREATE TABLE suppressions (
  environment_id uuid NOT NULL REFERENCES environments (id),
  email_key text NOT NULL,
  email text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, email_key)
);
`;

const DEFINITIONS = `
CREATE TABLE scenarios (
  store_id uuid NOT NULL REFERENCES stores (id),
  key text NOT NULL,
  name text NOT NULL,
  draft jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (store_id, key)
);
CREATE TABLE scenario_versions (
  store_id uuid NOT NULL,
  scenario_key text NOT NULL,
  version integer NOT NULL,
  document jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (store_id, scenario_key, version),
  CONSTRAINT scenario_versions_scenario FOREIGN KEY (store_id, scenario_key) REFERENCES scenarios (store_id, key)
);
CREATE TABLE templates (
  store_id uuid NOT NULL REFERENCES stores (id),
  key text NOT NULL,
  name text NOT NULL,
  draft jsonb NOT NULL,
  sample jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (store_id, key)
);
CREATE TABLE template_versions (
  store_id uuid NOT NULL,
  template_key text NOT NULL,
  version integer NOT NULL,
  sources jsonb NOT NULL,
  compiled jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (store_id, template_key, version),
  CONSTRAINT template_versions_template FOREIGN KEY (store_id, template_key) REFERENCES templates (store_id, key)
);
-- What runs where: one row an environment, kind and key.
CREATE TABLE publications (
  environment_id uuid NOT NULL REFERENCES environments (id),
  kind text NOT NULL CHECK (kind IN ('scenario', 'template')),
  key text NOT NULL,
  version integer NOT NULL,
  state text NOT NULL CHECK (state IN ('published', 'paused', 'archived')),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, kind, key)
);
`;

const EVENTS = `
CREATE TABLE storefront_events (
  environment_id uuid NOT NULL,
  id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  clock text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  contact_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  data jsonb NOT NULL,
  -- An identity that the event named belongs to another contact and stayed there.
  identity_conflict boolean NOT NULL DEFAULT false,
  processed_at timestamptz,
  outcomes jsonb,
  PRIMARY KEY (environment_id, id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE storefront_events_default PARTITION OF storefront_events DEFAULT;
CREATE INDEX storefront_events_contact ON storefront_events (environment_id, contact_id, type, occurred_at);
CREATE INDEX storefront_events_inbox ON storefront_events (received_at) WHERE processed_at IS NULL AND clock = 'real';
CREATE INDEX storefront_events_inbox_virtual ON storefront_events (environment_id, occurred_at)
  WHERE processed_at IS NULL AND clock = 'virtual';
CREATE INDEX storefront_events_inbox_contact ON storefront_events (environment_id, contact_id) WHERE processed_at IS NULL;
-- What must stay unique for longer than a partition's month: the client's event id and the hash of its body.
CREATE TABLE event_keys (
  environment_id uuid NOT NULL,
  key text NOT NULL,
  body_hash bytea NOT NULL,
  event_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, key)
);
`;

const ENROLLMENTS = `
CREATE TABLE enrollments (
  environment_id uuid NOT NULL,
  id uuid NOT NULL,
  store_id uuid NOT NULL,
  clock text NOT NULL,
  scenario_key text NOT NULL,
  version integer NOT NULL,
  message_class text NOT NULL,
  contact_id uuid NOT NULL,
  subject text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'sending', 'ended')),
  position text NOT NULL,
  due_at timestamptz,
  previous_at timestamptz NOT NULL,
  entered_at timestamptz NOT NULL,
  last_activity_at timestamptz NOT NULL,
  pass integer NOT NULL DEFAULT 1,
  round integer NOT NULL DEFAULT 1,
  touches integer NOT NULL DEFAULT 0,
  variant text NOT NULL DEFAULT '',
  holdout boolean NOT NULL DEFAULT false,
  held boolean NOT NULL DEFAULT false,
  event jsonb NOT NULL,
  end_reason text,
  ended_at timestamptz,
  PRIMARY KEY (environment_id, id),
  CONSTRAINT enrollments_contact FOREIGN KEY (environment_id, contact_id) REFERENCES contacts (environment_id, id),
  CONSTRAINT enrollments_version FOREIGN KEY (store_id, scenario_key, version)
    REFERENCES scenario_versions (store_id, scenario_key, version),
  CONSTRAINT enrollments_waits_until CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
  CONSTRAINT enrollments_end_is_named CHECK ((state = 'ended') = (end_reason IS NOT NULL AND ended_at IS NOT NULL))
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01);
CREATE UNIQUE INDEX enrollments_one_running ON enrollments (environment_id, contact_id, scenario_key, subject)
  WHERE state <> 'ended';
CREATE INDEX enrollments_due ON enrollments (due_at) WHERE state = 'waiting' AND clock = 'real' AND NOT held;
CREATE INDEX enrollments_due_virtual ON enrollments (environment_id, due_at)
  WHERE state = 'waiting' AND clock = 'virtual' AND NOT held;
CREATE INDEX enrollments_history ON enrollments (environment_id, contact_id, scenario_key, ended_at);
CREATE INDEX enrollments_subject ON enrollments (environment_id, scenario_key, subject) WHERE state <> 'ended';
CREATE INDEX enrollments_scenario ON enrollments (environment_id, scenario_key, id);
CREATE INDEX enrollments_held ON enrollments (environment_id, scenario_key) WHERE held;
CREATE TABLE enrollment_steps (
  environment_id uuid NOT NULL,
  enrollment_id uuid NOT NULL,
  id uuid NOT NULL,
  pass integer NOT NULL,
  round integer NOT NULL,
  step_id text,
  outcome text NOT NULL,
  reason text,
  at timestamptz NOT NULL,
  due_at timestamptz,
  PRIMARY KEY (environment_id, enrollment_id, id)
);
`;

const MESSAGES = `
CREATE TABLE messages (
  environment_id uuid NOT NULL,
  id uuid NOT NULL,
  store_id uuid NOT NULL,
  clock text NOT NULL,
  enrollment_id uuid,
  contact_id uuid,
  scenario_key text,
  version integer,
  step_id text,
  step_number integer,
  pass integer NOT NULL DEFAULT 1,
  round integer NOT NULL DEFAULT 1,
  variant text NOT NULL DEFAULT '',
  message_class text NOT NULL,
  policy text NOT NULL CHECK (policy IN ('at-most-once', 'at-least-once')),
  template_key text NOT NULL,
  template_pin integer,
  template_version integer,
  locale text,
  state text NOT NULL CHECK (state IN ('planned', 'claimed', 'sending', 'retry', 'unknown', 'accepted', 'skipped',
    'cancelled', 'rejected', 'failed', 'unresolved')),
  reason text,
  to_address text,
  subject text,
  due_at timestamptz NOT NULL,
  next_attempt_at timestamptz,
  held boolean NOT NULL DEFAULT false,
  attempts integer NOT NULL DEFAULT 0,
  claim_token uuid,
  claimed_by uuid,
  lease_until timestamptz,
  provider text,
  provider_message_id text,
  sent_at timestamptz,
  sent_on date,
  accepted_at timestamptz,
  unknown_since timestamptz,
  dup_risk boolean NOT NULL DEFAULT false,
  reconciled_by text,
  cancel_requested boolean NOT NULL DEFAULT false,
  opens integer NOT NULL DEFAULT 0,
  clicks integer NOT NULL DEFAULT 0,
  machine_opens integer NOT NULL DEFAULT 0,
  machine_clicks integer NOT NULL DEFAULT 0,
  first_opened_at timestamptz,
  first_clicked_at timestamptz,
  first_machine_opened_at timestamptz,
  first_machine_clicked_at timestamptz,
  delivered_at timestamptz,
  bounced_at timestamptz,
  complained_at timestamptz,
  unsubscribed_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id),
  CONSTRAINT messages_one_per_step UNIQUE (environment_id, enrollment_id, step_id, pass, round),
  CONSTRAINT messages_enrollment FOREIGN KEY (environment_id, enrollment_id) REFERENCES enrollments (environment_id, id),
  CONSTRAINT messages_end_is_named CHECK (state NOT IN ('skipped', 'cancelled', 'rejected', 'failed') OR reason IS NOT NULL),
  CONSTRAINT messages_sent_when CHECK (state NOT IN ('accepted', 'sending', 'unknown', 'unresolved') OR sent_at IS NOT NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX messages_due ON messages (due_at) WHERE state = 'planned' AND clock = 'real' AND NOT held;
CREATE INDEX messages_due_virtual ON messages (environment_id, due_at)
  WHERE state = 'planned' AND clock = 'virtual' AND NOT held;
CREATE INDEX messages_retry ON messages (next_attempt_at) WHERE state = 'retry';
CREATE INDEX messages_leased ON messages (lease_until) WHERE state IN ('claimed', 'sending');
CREATE INDEX messages_unknown ON messages (unknown_since) WHERE state = 'unknown';
CREATE INDEX messages_held ON messages (environment_id, scenario_key) WHERE held;
CREATE INDEX messages_contact ON messages (environment_id, contact_id, created_at);
CREATE INDEX messages_newest ON messages (environment_id, created_at, id);
CREATE INDEX messages_cell ON messages (environment_id, scenario_key, step_id, sent_on);
-- Parts are packed by the service (brotli); EXTERNAL keeps PostgreSQL from compressing them once more.
CREATE TABLE message_bodies (
  environment_id uuid NOT NULL,
  message_id uuid NOT NULL,
  html bytea NOT NULL,
  text bytea NOT NULL,
  headers jsonb NOT NULL,
  links jsonb NOT NULL,
  PRIMARY KEY (environment_id, message_id)
);
ALTER TABLE message_bodies ALTER COLUMN html SET STORAGE EXTERNAL, ALTER COLUMN text SET STORAGE EXTERNAL;
CREATE TABLE send_attempts (
  environment_id uuid NOT NULL,
  message_id uuid NOT NULL,
  attempt integer NOT NULL,
  token uuid NOT NULL,
  worker uuid NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  outcome text,
  status integer,
  detail text,
  PRIMARY KEY (environment_id, message_id, attempt)
);
-- A worker's incarnation holds a session advisory lock on lock_key; a free lock means that its process is gone.
CREATE TABLE workers (
  id uuid PRIMARY KEY,
  lock_key bigint NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
`;

const TRACKING = `
CREATE TABLE engagements (
  environment_id uuid NOT NULL,
  id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  message_id uuid NOT NULL,
  action text NOT NULL CHECK (action IN ('open', 'click', 'unsubscribe')),
  actor text NOT NULL CHECK (actor IN ('person', 'machine')),
  verdict text NOT NULL,
  link_index integer,
  url text,
  occurred_at timestamptz NOT NULL,
  user_agent text,
  PRIMARY KEY (environment_id, id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE engagements_default PARTITION OF engagements DEFAULT;
CREATE INDEX engagements_message ON engagements (environment_id, message_id, occurred_at);
`;

const STATS = `
-- Orders and other goal events, each credited at most once in the store.
CREATE TABLE conversions (
  environment_id uuid NOT NULL,
  event_id uuid NOT NULL,
  order_key text NOT NULL,
  type text NOT NULL,
  contact_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  data jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'credited', 'uncredited')),
  message_id uuid,
  credited_for text,
  amount numeric,
  currency text,
  PRIMARY KEY (environment_id, event_id),
  CONSTRAINT conversions_once UNIQUE (environment_id, order_key)
);
CREATE INDEX conversions_pending ON conversions (environment_id, event_id) WHERE state = 'pending';
CREATE INDEX conversions_contact ON conversions (environment_id, contact_id, occurred_at);
CREATE INDEX conversions_message ON conversions (environment_id, message_id) WHERE message_id IS NOT NULL;
CREATE TABLE stats_daily (
  environment_id uuid NOT NULL,
  scenario_key text NOT NULL,
  step_id text NOT NULL,
  version integer NOT NULL,
  variant text NOT NULL,
  day date NOT NULL,
  step_number integer NOT NULL,
  sent bigint NOT NULL,
  delivered bigint NOT NULL,
  opens bigint NOT NULL,
  unique_opens bigint NOT NULL,
  clicks bigint NOT NULL,
  unique_clicks bigint NOT NULL,
  machine_opens bigint NOT NULL,
  machine_unique_opens bigint NOT NULL,
  machine_clicks bigint NOT NULL,
  machine_unique_clicks bigint NOT NULL,
  orders bigint NOT NULL,
  revenue jsonb NOT NULL,
  unsubscribes bigint NOT NULL,
  complaints bigint NOT NULL,
  bounces bigint NOT NULL,
  PRIMARY KEY (environment_id, scenario_key, step_id, version, variant, day)
);
-- Cells of stats_daily whose messages changed; append only, so that writers never wait for one another. Where a person
-- acted, contact_id and acted_at name whose later orders have to be credited anew.
CREATE TABLE stats_dirty (
  environment_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  scenario_key text NOT NULL,
  step_id text NOT NULL,
  day date NOT NULL,
  contact_id uuid,
  acted_at timestamptz,
  PRIMARY KEY (environment_id, id)
);
`;

/** Partitions are made ahead by the owner's function, so that the service's plain roles need no right to create tables. */
const PARTITIONS = `
CREATE FUNCTION ensure_month_partitions(months_ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  parent text;
  month date;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('touchmap.partitions'));
  FOREACH parent IN ARRAY ARRAY['storefront_events', 'engagements'] LOOP
    FOR i IN 0..months_ahead LOOP
      month := (date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => i))::date;
      IF to_regclass(format('%I', parent || '_' || to_char(month, 'YYYY_MM'))) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', parent || '_' || to_char(month, 'YYYY_MM'),
          parent, month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
      END IF;
    END LOOP;
  END LOOP;
END $$;
SELECT ensure_month_partitions(2);
`;
