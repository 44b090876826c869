import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { sha256Of } from '../../../../main/services/datasets/digest.ts'

it.each([0, 1, 9, 10, 11, 25])('the digest of %i bytes does not depend on the pieces', length => {
  const bytes = Uint8Array.from({ length }, (_, i) => i)
  for (const piece of [1, 5, 10, undefined]) expect(sha256Of(bytes, piece)).toBe(createHash('sha256').update(bytes).digest('hex'))
})
