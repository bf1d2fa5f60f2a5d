// node --import: this process believes that it is SHIFT_MS later than it is. Clocks that never jump stay as they are.
const Real = Date;
const shiftMs = Number(process.env.SHIFT_MS);

globalThis.Date = class Date extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + shiftMs);
    else super(...given);
  }

  static now() {
    return Real.now() + shiftMs;
  }
};
