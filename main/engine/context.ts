import type { z } from 'zod'
import type { EngineEvent, EngineEvents } from '../contract/engine.ts'
import type { RunControl } from './control.ts'
import type { Workshop } from './toolbox.ts'

/** What a job gets from the process it runs in. */
export interface JobContext {
  /** Opens the adapter at the first call. */
  workshop(): Promise<Workshop>
  emit<E extends EngineEvent>(event: E, data: z.input<EngineEvents[E]>): void
  log(level: 'info' | 'warning', message: string): void
  /** What people ask of the run under way. */
  readonly control: RunControl
}
