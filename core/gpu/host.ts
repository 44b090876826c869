/** What the engine needs of the place it runs in. */
export interface Host {
  /** Milliseconds, never going back. */
  now(): number
  /**
   * Waits without touching the GPU. dawn.node spins on a core while any of its promises is pending, so code that knows
   * roughly how long the device will take sleeps first and awaits the device after.
   */
  sleep(milliseconds: number): Promise<void>
}
