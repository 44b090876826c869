import type { Command } from 'commander'
import type { z } from 'zod'
import { BitwrightError, type Trouble } from '../../core/errors.ts'
import { Interrupted, INTERRUPTED, type Interrupts } from './interrupt.ts'
import type { Notes } from './terminal.ts'

/** What every command gets beside its own arguments. */
export interface Context {
  /** The value of --home. */
  readonly home: string | undefined
  readonly json: boolean
  readonly notes: Notes
  readonly interrupts: Interrupts
}

/** What a command found out, for people and for programs. */
export interface Outcome<T extends z.ZodType = z.ZodType> {
  readonly schema: T
  readonly value: z.input<T>
  readonly text: string
  /** Says that, though there is something to show, it is not what was asked for: exit code 1. */
  readonly failure?: Trouble
  /** Given instead of 0. */
  readonly exitCode?: number
  /** What goes on after it was shown; the command ends with that. */
  readonly until?: () => Promise<void>
}

export interface Process {
  readonly out: (text: string) => void
  readonly notes: Notes
  readonly interrupts: Interrupts
}

export const FAILED = 1

interface Shared {
  readonly home?: string
  readonly json?: boolean
}

/**
 * Runs a command and shows what came of it: with --json one line of JSON, checked against the command's schema, or the
 * text. Errors become one line `error: what, where, remedy`. Returns the exit code.
 */
export async function perform(command: Command, { out, notes, interrupts }: Process, work: (context: Context) => Promise<Outcome>): Promise<number> {
  const { home, json = false } = command.optsWithGlobals<Shared>()
  try {
    const { schema, value, text, failure, exitCode = 0, until } = await work({ home, json, notes, interrupts })
    notes.settle()
    out(json ? JSON.stringify(schema.parse(value)) : text)
    await until?.()
    if (failure === undefined) return exitCode
    notes.line(errorLine(new BitwrightError(failure)))
    return FAILED
  } catch (error) {
    notes.settle()
    notes.line(errorLine(error))
    if (json) out(errorJson(error))
    return error instanceof Interrupted ? INTERRUPTED : FAILED
  }
}

/** An error that is not meant for a person is a mistake of ours: it is shown whole, so that it can be found. */
export function errorLine(error: unknown): string {
  if (error instanceof BitwrightError) return `error: ${oneLine(error.message)}`
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `error: something went wrong inside Bitwright; please report this with the output of "bitwright doctor"\n${detail}`
}

export function errorJson(error: unknown): string {
  const trouble = error instanceof BitwrightError
    ? { what: error.what, where: error.where, remedy: error.remedy }
    : { what: `something went wrong inside Bitwright: ${error instanceof Error ? error.message : String(error)}`, remedy: 'report this with the output of "bitwright doctor"' }
  return JSON.stringify({ error: trouble })
}

/** Control characters of quoted input would break the one line, or command the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}
