import type { Role } from '../config/env.js';
import type { StageName } from './stages.js';

/** Which role's processes run a stage. */
const ROLE_OF: Readonly<Record<StageName, Role>> = {
  enrollments: 'worker',
  delivery: 'worker',
  tracking: 'tracking',
  stats: 'worker',
};

/** Whether a process with these roles runs the stage. */
export function runsStage(roles: readonly Role[], stage: StageName): boolean {
  return roles.includes(ROLE_OF[stage]);
}
