/**
 * How long the device had nothing to do because the next batch was not there. The device is not asked, since waiting for its answer burns a
 * core: how long it is busy is reckoned from the quickest steps of late, so that the share comes out rather too large than too small.
 */
export class DeviceWait {
  #busyUntil = 0
  #waited = 0

  /** Milliseconds waited so far. */
  get milliseconds(): number {
    return this.#waited
  }

  /** A batch that was asked for at `asked` came at `came`. */
  waitedFor(asked: number, came: number): void {
    this.#waited += Math.max(0, came - Math.max(asked, this.#busyUntil))
  }

  /** A step was handed over that takes about `step` milliseconds. */
  submitted(at: number, step: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, at) + step
  }

  /** All but `left` milliseconds of work was seen to be done. */
  collected(at: number, left: number): void {
    this.#busyUntil = at + left
  }
}
