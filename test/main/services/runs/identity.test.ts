import { expect, test } from 'vitest'
import { RunIdSchema } from '../../../../main/contract/engine.ts'
import { newRunId, slug } from '../../../../main/services/runs/identity.ts'

test('ids are made of time, project and chance, and sort by time', () => {
  const early = newRunId('digits', new Date('2026-11-23T05:15:00.900Z'))
  expect(early).toMatch(/^20261123-051500-digits-[0-9a-z]{4}$/)
  expect(early < newRunId('a', new Date('2026-11-23T05:15:01Z'))).toBe(true)
  expect(newRunId('digits', new Date('2026-11-23T05:15:00.900Z'))).not.toBe(early)
})

test.each([
  ['MNIST: größer & schöner', 'mnist-gro-er-scho-ner'],
  ['../../etc/passwd', 'etc-passwd'],
  ['漢字', 'run'],
  ['x'.repeat(120), 'x'.repeat(24)],
])('project %j gives the slug %j, and an id that the contract accepts', (name, expected) => {
  expect(slug(name)).toBe(expected)
  expect(RunIdSchema.safeParse(newRunId(name, new Date())).success).toBe(true)
})
