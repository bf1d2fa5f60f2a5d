import { redisRefusal } from './redis-refusals.js';

describe('what a Redis that refuses says', () => {
  it.each([
    ['NOAUTH Authentication required.', /password/],
    ['WRONGPASS invalid username-password pair or user is disabled.', /REDIS_URL/],
    ['ERR invalid password', /REDIS_URL/],
    ["NOPERM this user has no permissions to run the 'set' command", /ACL/],
    ["READONLY You can't write against a read only replica.", /primary/],
    ["OOM command not allowed when used memory > 'maxmemory'.", /raise maxmemory/],
    ['LOADING Redis is loading the dataset in memory', /wait/],
    ['MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.', /disk/],
    ['MOVED 3999 127.0.0.1:6381', /REDIS_URL/],
  ])('is told with what to do: %s', (says, mend) => {
    expect(redisRefusal(says)?.mend).toMatch(mend);
  });

  it.each(['connect ECONNREFUSED 127.0.0.1:6379', 'ERR unknown command', 'constructor x', ''])(
    'is not guessed from %j',
    (says) => {
      expect(redisRefusal(says)).toBeNull();
    },
  );
});
