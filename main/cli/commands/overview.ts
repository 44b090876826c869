import type { Command } from 'commander'
import { z } from 'zod'
import { facts } from '../format/table.ts'
import type { Outcome } from '../run.ts'

const OverviewSchema = z.strictObject({
  commands: z.array(z.strictObject({ name: z.string(), summary: z.string() })),
})

/** What "bitwright" alone says. */
export function overview(program: Command): Outcome<typeof OverviewSchema> {
  const commands = program.commands.flatMap(command => [
    { name: command.name(), summary: command.description() },
    ...command.commands.map(inner => ({ name: `${command.name()} ${inner.name()}`, summary: inner.description() })),
  ])
  const text = [
    program.description(),
    '',
    ...facts(commands.map(({ name, summary }) => [name, summary] as const)).map(line => `  ${line}`),
    '',
    'To begin:            bitwright train digits',
    'How one is used:     bitwright COMMAND --help',
  ].join('\n')
  return { schema: OverviewSchema, value: { commands }, text }
}
