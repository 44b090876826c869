import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const textOf = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')

it('package-lock.json names no registry, so that everyone installs from their own', () => {
  expect(textOf('package-lock.json')).not.toMatch(/"resolved"/)
  expect(textOf('.npmrc')).toMatch(/^omit-lockfile-registry-resolved=true$/m)
})

it('every dependency has one exact version', () => {
  const manifest = JSON.parse(textOf('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
})
