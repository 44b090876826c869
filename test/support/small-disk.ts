import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder on a file system of its own of that size (as mount writes it), gone when the test ends. Undefined, with the reason printed, where none can be mounted. */
export function smallDisk(size: string): string | undefined {
  if (process.platform !== 'linux') {
    console.log('skipped: a real full disk, which this test makes on Linux only')
    return undefined
  }
  const path = mkdtempSync(join(tmpdir(), 'bitwright-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' })
  } catch (error) {
    rmSync(path, { recursive: true })
    console.log(`skipped: a real full disk, since mounting one needs root: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
    return undefined
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', path])
    rmSync(path, { recursive: true })
  })
  return path
}

/** From here on nothing can be written to a disk of smallDisk's. */
export function makeReadOnly(path: string): void {
  execFileSync('mount', ['-o', 'remount,ro', path])
}
