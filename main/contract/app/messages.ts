import { z } from 'zod'
import { FaultSchema } from '../engine.ts'

/** What passes between the page and the host: a question with a number of the asker's, its answer, and what nobody asked for. */
export const AskSchema = z.strictObject({ id: z.int().min(0), route: z.string().max(64), input: z.unknown() })
export type Ask = z.infer<typeof AskSchema>

export const AnswerSchema = z.union([z.strictObject({ output: z.unknown() }), z.strictObject({ fault: FaultSchema })])
export type Answer = z.infer<typeof AnswerSchema>

export const TellSchema = z.union([
  z.strictObject({ id: z.int().min(0), answer: AnswerSchema }),
  z.strictObject({ event: z.string().max(64), data: z.unknown() }),
])
export type Tell = z.infer<typeof TellSchema>
