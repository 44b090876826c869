import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPictures } from '../../../../main/cli/pictures/read.ts'
import { jpegFile, pngFile } from '../../../support/pictures.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

test('pictures of another size are refused, or cut to the middle if asked for, told apart by content', async () => {
  const folder = await temporaryFolder()
  const [jpeg, png, text] = ['a.png', 'b.jpg', 'c.jpg'].map(name => join(folder, name)) as [string, string, string]
  await writeFile(jpeg, jpegFile(12, 8, 100))
  await writeFile(png, pngFile(8, 12, 100))
  await writeFile(text, 'no picture')
  expect((await readPictures(jpeg, [8, 12, 3])).map(({ pixels }) => pixels.length)).toEqual([288])
  await expect(readPictures(jpeg, [8, 8, 3])).rejects.toThrow(/expected a picture of 8 × 8 pixels .*found 12 × 8.*--fit crop/)
  await expect(readPictures(png, [8, 8, 3])).rejects.toThrow(/found 8 × 12/)
  const [cut] = await readPictures(png, [8, 8, 3], 'crop')
  // Red is the shade, green grows to the right; the middle eight of twelve rows remain.
  expect([cut?.pixels.length, cut?.pixels[0], cut?.pixels[4], cut?.pixels[2]]).toEqual([192, 100, 32, 43])
  await expect(readPictures(text, [8, 8, 3], 'crop')).rejects.toThrow(/expected a PNG or JPEG file, or an IDX file of images, found none/)
})
