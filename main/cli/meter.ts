/**
 * Mean speed of an epoch. The engine tells the speed of each group of steps, which swings as groups overlap; weighting each by
 * the time it stands for, steps / speed, gives what an ordinary clock would.
 */
export class Meter {
  #epoch = 0
  #step: number | undefined
  #steps = 0
  #time = 0

  /** Takes a progress in order; returns the mean of its epoch so far, in images a second. */
  add({ epoch, step, batch, imagesPerSecond }: { readonly epoch: number; readonly step: number; readonly batch: number; readonly imagesPerSecond: number }): number {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#steps = 0
      this.#time = 0
    }
    // The first progress after a start or a resume stands for an unknown number of steps, at most those of its epoch.
    const steps = this.#step === undefined ? Math.min(1, batch) : step - this.#step
    this.#step = step
    if (steps > 0 && imagesPerSecond > 0) {
      this.#steps += steps
      this.#time += steps / imagesPerSecond
    }
    return this.#time > 0 ? this.#steps / this.#time : imagesPerSecond
  }
}
