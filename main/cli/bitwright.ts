import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { BitwrightError } from '../../core/errors.ts'
import { INTERRUPTED, Interrupts, SIGNALS } from './interrupt.ts'
import { buildProgram, usageTrouble } from './program.ts'
import { errorJson } from './run.ts'
import { notesOn } from './terminal.ts'

/** The bitwright command: design.md section 6. */
const WRONG_USAGE = 2

// A reader that has seen enough, such as "head", closes the pipe: not an error, and no reason to stop what goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const interrupts = new Interrupts(() => process.exit(INTERRUPTED))
for (const signal of SIGNALS) process.on(signal, interrupts.receive)

const out = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
const notes = notesOn(process.stderr)
const program = buildProgram({ out, notes, interrupts }, packageVersion(), code => (process.exitCode = code))

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Commander has printed help, or what is wrong with the arguments.
  process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE
  if (error.exitCode !== 0 && process.argv.includes('--json')) out(errorJson(new BitwrightError(usageTrouble(error.message))))
}

/** Read plainly, since asking for help should not wait for the schemas of a run's record. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown'
}
