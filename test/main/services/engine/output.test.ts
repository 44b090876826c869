import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { followLines } from '../../../../main/services/engine/output.ts'

test('Dawn\'s warnings about limits are left out, everything else is handed on line by line', async () => {
  const lines: string[] = []
  const warning = (kind: string): string => `Warning: maxDynamic${kind}BuffersPerPipelineLayout artificially reduced from 1000000 to 16 to fit dynamic offset allocation limit.\n`
  followLines(Readable.from([warning('Uniform'), 'Warn', 'ing: device lost\r\n\n', warning('Storage'), 'last']), line => lines.push(line))
  await setTimeout(20)
  expect(lines).toEqual(['Warning: device lost', 'last'])
})
