import { expect, test } from 'vitest'
import { projectFingerprint } from '../../../../main/services/runs/fingerprint.ts'
import { smallProject } from '../../../support/small-training.ts'

test('a project has the fingerprint that it had before recipes got further fields', () => {
  // As version 0.1.0 wrote it into checkpoints: these must stay usable.
  expect(projectFingerprint(smallProject())).toBe('0c453c30b54ea4205c01dbec66d8d3fecc3b2d66a85504cfc3e06dd9f01ce329')
})

test('such a field counts where it says something', () => {
  const decaying = smallProject({ recipe: { weightDecay: { rate: 1e-4, on: 'weights' } } })
  expect(projectFingerprint(decaying)).not.toBe(projectFingerprint(smallProject()))
})
