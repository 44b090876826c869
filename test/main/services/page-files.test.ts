import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pageFile } from '../../../main/services/page-files.ts'
import { temporaryFolder } from '../../support/temporary.ts'

async function page(): Promise<string> {
  const folder = await temporaryFolder()
  const root = join(folder, 'page')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<p>')
  await writeFile(join(root, 'assets', 'main-Ab_c1234.js'), 'export {}')
  await writeFile(join(root, 'notes.txt'), 'no')
  await writeFile(join(folder, 'secret.js'), 'no')
  await symlink(join(folder, 'secret.js'), join(root, 'link.js'))
  return root
}

describe('files of the page', () => {
  it('are found by their path, with their type; those with a hash in their name may be kept', async () => {
    const root = await page()
    await expect(pageFile(root, '/')).resolves.toMatchObject({ type: 'text/html; charset=utf-8', lasting: false })
    await expect(pageFile(root, '/index.html')).resolves.toMatchObject({ content: new Uint8Array(Buffer.from('<p>')) })
    await expect(pageFile(root, '/assets/main-Ab_c1234.js')).resolves.toMatchObject({ type: 'text/javascript; charset=utf-8', lasting: true })
  })

  it.each(['/none.js', '/assets', '/notes.txt', '/index.html/x.js', '/assets/none/main.js'])('are not %s', async path => {
    await expect(pageFile(await page(), path)).resolves.toBeUndefined()
  })

  it.each(['/../secret.js', '/%2e%2e/secret.js', '/assets/../../secret.js', '/..%2fsecret.js', '/assets/..%5c..%5csecret.js', '//etc/passwd', '/%00.js', '/%', '/C:/secret.js', '/link.js', '/assets//main.js', '/./index.html', '/con.js'])('refuse %s', async path => {
    await expect(pageFile(await page(), path)).rejects.toHaveProperty('name', 'BitwrightError')
  })

  it('say when the page was not built', async () => {
    await expect(pageFile(join(await temporaryFolder(), 'none'), '/')).rejects.toThrow('has not been built')
  })
})
