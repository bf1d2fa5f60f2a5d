import { Foundation1763740000000 } from './migrations/1763740000000-foundation.js';
import { RowLevelSecurity1763740000001 } from './migrations/1763740000001-row-level-security.js';
import { Restraint1763740000002 } from './migrations/1763740000002-restraint.js';
import { ProviderEvents1763740000003 } from './migrations/1763740000003-provider-events.js';
import { Maintenance1763740000004 } from './migrations/1763740000004-maintenance.js';
import { Preferences1763740000006 } from './migrations/1763740000006-preferences.js';
import { KeptAnswers1763740000020 } from './migrations/1763740000020-kept-answers.js';
import { StoreProviders1763740000021 } from './migrations/1763740000021-store-providers.js';
import { Alerts1763740000022 } from './migrations/1763740000022-alerts.js';
import { WrittenTogether1763740000030 } from './migrations/1763740000030-written-together.js';
import { StandingRuns1763740000031 } from './migrations/1763740000031-standing-runs.js';
import { KeptLetters1763740000032 } from './migrations/1763740000032-kept-letters.js';
import { EnrollmentHistory1763740000035 } from './migrations/1763740000035-enrollment-history.js';
import { WrittenUnderLocks1763740000036 } from './migrations/1763740000036-written-under-locks.js';
import { EndsOthers1763740000037 } from './migrations/1763740000037-ends-others.js';
import { LettersByFate1763740000038 } from './migrations/1763740000038-letters-by-fate.js';
import { BlindSuppressions1763740000039 } from './migrations/1763740000039-blind-suppressions.js';
import { MonthsWithoutWaiting1763740000051 } from './migrations/1763740000051-months-without-waiting.js';
import { DeletedScenarios1763740000042 } from './migrations/1763740000042-deleted-scenarios.js';
import { FollowedRates1763740000040 } from './migrations/1763740000040-followed-rates.js';
import { CreditedOnce1763740000046 } from './migrations/1763740000046-credited-once.js';
import { OrderKeysApart1763740000047 } from './migrations/1763740000047-order-keys-apart.js';
import { ShortOrderKeys1763740000060 } from './migrations/1763740000060-short-order-keys.js';
import { UncountedHits1763740000033 } from './migrations/1763740000033-uncounted-hits.js';
import { WhyNoLetter1763740000066 } from './migrations/1763740000066-why-no-letter.js';
import { RequestsKeepOut1763740000070 } from './migrations/1763740000070-requests-keep-out.js';
import { WhatAConditionMissed1763740000071 } from './migrations/1763740000071-what-a-condition-missed.js';
import { RolesToSet1763740000072 } from './migrations/1763740000072-roles-to-set.js';
import { ServiceMailFirst1763740000074 } from './migrations/1763740000074-service-mail-first.js';
import { LostLetters1763740000077 } from './migrations/1763740000077-lost-letters.js';
import { TurnsOfRepeats1763740000078 } from './migrations/1763740000078-turns-of-repeats.js';
import { GivenEvents1763740000079 } from './migrations/1763740000079-given-events.js';
import { PartitionsClosed1763740000050 } from './migrations/1763740000050-partitions-closed.js';

/** Every migration in order; named one by one because a glob finds nothing, silently, when the build moves. */
export const MIGRATIONS = [
  Foundation1763740000000,
  RowLevelSecurity1763740000001,
  Restraint1763740000002,
  ProviderEvents1763740000003,
  Maintenance1763740000004,
  Preferences1763740000006,
  KeptAnswers1763740000020,
  StoreProviders1763740000021,
  Alerts1763740000022,
  WrittenTogether1763740000030,
  StandingRuns1763740000031,
  KeptLetters1763740000032,
  UncountedHits1763740000033,
  EnrollmentHistory1763740000035,
  WrittenUnderLocks1763740000036,
  EndsOthers1763740000037,
  LettersByFate1763740000038,
  BlindSuppressions1763740000039,
  FollowedRates1763740000040,
  DeletedScenarios1763740000042,
  CreditedOnce1763740000046,
  OrderKeysApart1763740000047,
  PartitionsClosed1763740000050,
  MonthsWithoutWaiting1763740000051,
  ShortOrderKeys1763740000060,
  WhyNoLetter1763740000066,
  RequestsKeepOut1763740000070,
  WhatAConditionMissed1763740000071,
  RolesToSet1763740000072,
  ServiceMailFirst1763740000074,
  LostLetters1763740000077,
  TurnsOfRepeats1763740000078,
  GivenEvents1763740000079,
];
