import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../../main/setup/apt.mjs'
import { driverRemedy, installDriver } from '../../../main/setup/mesa.mjs'
import { type Answer, folderOf, machineWith } from './fixture.ts'

const STABLE = `mesa-vulkan-drivers:
  Installed: (none)
  Candidate: 22.3.6-1+deb12u2
  Version table:
     22.3.6-1+deb12u2 500
        500 http://mirror.test/debian bookworm/main amd64 Packages
`
const WITH_BACKPORTS = `mesa-vulkan-drivers:
  Installed: (none)
  Candidate: 22.3.6-1+deb12u2
  Version table:
     25.0.7-2~bpo12+1 100
        100 http://mirror.test/debian bookworm-backports/main amd64 Packages
     22.3.6-1+deb12u2 500
        500 http://mirror.test/debian bookworm/main amd64 Packages
`
const NEWER = `mesa-vulkan-drivers:
  Installed: (none)
  Candidate: 25.0.7-2
  Version table:
     25.0.7-2 500
        500 http://mirror.test/debian trixie/main amd64 Packages
`
const INSTALLED = `mesa-vulkan-drivers:
  Installed: 25.0.7-2
  Candidate: 25.0.7-2
  Version table:
 *** 25.0.7-2 500
        500 http://mirror.test/debian trixie/main amd64 Packages
        100 /var/lib/dpkg/status
`
const UNKNOWN = ''

const ADDED = 'etc/apt/sources.list.d/bitwright-backports.sources'

const system = (): string =>
  folderOf({
    'bin/apt-get': '',
    'etc/apt/sources.list.d/debian.sources': 'Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n',
  })

/** apt that answers `apt-cache policy` with each of `policies` in turn, the last one ever after. */
function apt(policies: string[], failing?: string): Answer {
  const left = [...policies]
  return command => {
    if (failing !== undefined && command.startsWith(failing)) return { code: 100, output: 'E: it failed\n' }
    return command.startsWith('apt-cache policy') ? (left.length > 1 ? left.shift() : left[0]) : undefined
  }
}

const short = (commands: string[]): string[] => commands.map(command => command.replace(/ -q.*$/, ''))

describe('installing a software adapter with apt', () => {
  it('takes Mesa of the release when that is new enough', async () => {
    const { machine, ran } = machineWith(system(), apt([NEWER]))
    expect(await installDriver(machine)).toBe(true)
    expect(short(ran)).toEqual(['apt-cache policy mesa-vulkan-drivers', 'apt-get update', 'apt-get install -y mesa-vulkan-drivers'])
  })

  it('takes it from backports when those are among the sources', async () => {
    const files = system()
    const { machine, ran } = machineWith(files, apt([WITH_BACKPORTS]))
    expect(await installDriver(machine)).toBe(true)
    expect(short(ran).at(-1)).toBe('apt-get install -y -t bookworm-backports mesa-vulkan-drivers')
    expect(existsSync(join(files, ADDED))).toBe(false)
  })

  it('adds backports of the same mirror when the release is too old', async () => {
    const files = system()
    const { machine, ran, said } = machineWith(files, apt([STABLE, WITH_BACKPORTS]))
    expect(await installDriver(machine)).toBe(true)
    expect(short(ran)).toEqual([
      'apt-cache policy mesa-vulkan-drivers',
      'apt-get update',
      'apt-cache policy mesa-vulkan-drivers',
      'apt-get install -y -t bookworm-backports mesa-vulkan-drivers',
    ])
    const text = readFileSync(join(files, ADDED), 'utf8')
    expect(text.replace(/^#.*\n/, '')).toBe('Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm-backports\nComponents: main\nSigned-By: /k.gpg\n')
    expect(said.some(line => line.includes('bookworm-backports') && line.includes('22.3.6'))).toBe(true)
  })

  it('fetches the lists first where there are none, as in a fresh container', async () => {
    const { machine, ran } = machineWith(system(), apt([UNKNOWN, STABLE, WITH_BACKPORTS]))
    expect(await installDriver(machine)).toBe(true)
    expect(short(ran).slice(0, 3)).toEqual(['apt-cache policy mesa-vulkan-drivers', 'apt-get update', 'apt-cache policy mesa-vulkan-drivers'])
  })

  it('never removes a package, and asks nothing', async () => {
    const environments: NodeJS.ProcessEnv[] = []
    const answer = apt([NEWER])
    const { machine, ran } = machineWith(system(), (command, env) => {
      environments.push(env)
      return answer(command, env)
    })
    await installDriver(machine)
    expect(ran.at(-1)).toContain('--no-remove')
    expect(environments.every(env => env.DEBIAN_FRONTEND === 'noninteractive')).toBe(true)
  })

  it.each([
    ['the mirror has no backports', apt([STABLE])],
    ['the install fails', apt([STABLE, WITH_BACKPORTS], 'apt-get install')],
  ])('leaves the sources as they were when %s', async (_, answer) => {
    const files = system()
    const { machine } = machineWith(files, answer)
    await expect(installDriver(machine)).rejects.toThrow(/mesa-vulkan-drivers/)
    expect(existsSync(join(files, ADDED))).toBe(false)
  })

  it('shows what apt said when it fails', async () => {
    const { machine } = machineWith(system(), apt([NEWER], 'apt-get install'))
    await expect(installDriver(machine)).rejects.toMatchObject({ details: expect.stringContaining('E: it failed') as string })
  })

  it('does nothing without apt, or with a driver that is new enough', async () => {
    const without = machineWith(folderOf({}), apt([NEWER]))
    expect(await installDriver(without.machine)).toBe(false)
    expect(without.ran).toEqual([])
    const installed = machineWith(system(), apt([INSTALLED]))
    expect(await installDriver(installed.machine)).toBe(false)
    expect(installed.ran).toHaveLength(1)
  })
})

describe('the remedy that a person is told', () => {
  it.each([
    ['Debian with a new Mesa', NEWER, 'run: sudo apt-get update && sudo apt-get install -y mesa-vulkan-drivers'],
    ['Debian with backports', WITH_BACKPORTS, 'run: sudo apt-get update && sudo apt-get install -y -t bookworm-backports mesa-vulkan-drivers'],
    ['Debian without lists', UNKNOWN, 'run: sudo apt-get update && sudo apt-get install -y mesa-vulkan-drivers'],
  ])('%s', async (_, policy, remedy) => {
    expect(await driverRemedy(machineWith(system(), apt([policy]), { isRoot: false }).machine)).toBe(remedy)
  })

  it('adds the sources file where backports are missing', async () => {
    const { machine } = machineWith(system(), apt([STABLE]), { isRoot: false })
    expect(await driverRemedy(machine)).toMatch(/^run: printf '%s\\n' '#.*' 'Types: deb' 'URIs: http:\/\/mirror\.test\/debian' 'Suites: bookworm-backports' .* \| sudo tee \/etc\/apt\/.*\.sources && sudo apt-get update && sudo apt-get install -y -t bookworm-backports mesa-vulkan-drivers$/)
  })

  it.each([
    ['dnf', 'run: sudo dnf install mesa-vulkan-drivers vulkan-loader'],
    ['pacman', 'run: sudo pacman -S vulkan-swrast vulkan-icd-loader'],
  ])('systems with %s', async (program, remedy) => {
    expect(await driverRemedy(machineWith(folderOf({ [`bin/${program}`]: '' }), () => undefined).machine)).toBe(remedy)
  })

  it('other systems, in words', async () => {
    expect(await driverRemedy(machineWith(folderOf({}), () => undefined).machine)).toMatch(/Vulkan/)
    expect(await driverRemedy(machineWith(folderOf({}), () => undefined, { platform: 'darwin' }).machine)).toMatch(/graphics driver/)
  })
})

describe('apt-cache policy', () => {
  it('gives every version with where it is from', () => {
    expect(parsePolicy(WITH_BACKPORTS)).toEqual({
      installed: undefined,
      candidate: '22.3.6-1+deb12u2',
      available: [
        { version: '25.0.7-2~bpo12+1', uri: 'http://mirror.test/debian', suite: 'bookworm-backports' },
        { version: '22.3.6-1+deb12u2', uri: 'http://mirror.test/debian', suite: 'bookworm' },
      ],
    })
    expect(parsePolicy(INSTALLED)).toMatchObject({ installed: '25.0.7-2', available: [{ version: '25.0.7-2', suite: 'trixie' }] })
    expect(parsePolicy(UNKNOWN)).toEqual({ installed: undefined, candidate: undefined, available: [] })
  })

  it('gives a version once for each place', () => {
    const text = STABLE.replace(/(.*Packages\n)/, '$1        500 http://security.test/debian-security bookworm-security/main amd64 Packages\n')
    expect(parsePolicy(text).available.map(({ suite }) => suite)).toEqual(['bookworm', 'bookworm-security'])
  })
})
