// What a person does in a text editor: opens, goes somewhere, hovers, picks a quick fix, saves, takes it back.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

/** Opens a file of the workspace by its path, as Quick Open does. */
export async function openFile({ page }, file) {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+p');
  await page.locator('.quick-input-widget input').waitFor();
  await page.keyboard.type(file);
  const name = path.basename(file);
  await page
    .locator(`.quick-input-list .monaco-list-row[aria-label^="${name}"]`, { hasText: path.dirname(file) })
    .first()
    .click();
  await page.locator(`.tab.active[aria-label^="${name}"]`).waitFor();
  await page.locator('.editor-instance .view-line').first().waitFor();
}

/** Goes to `LINE:COLUMN` of the visible editor. */
export async function goTo({ page }, place) {
  await page.keyboard.press('Control+g');
  await page.locator('.quick-input-widget input').waitFor();
  await page.keyboard.type(place);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Waits until the visible editor underlines so many places. */
export async function squiggles({ page }, count) {
  const marks = page.locator('.editor-instance .squiggly-error, .editor-instance .squiggly-warning');
  for (const end = Date.now() + 30_000; ; ) {
    const found = await marks.count();
    if (found === count) return;
    if (Date.now() > end) throw new Error(`${found} places are underlined, expected ${count}`);
    await page.waitForTimeout(200);
  }
}

/** The hover over `target`, in the line that has `text`, once it says `says`. */
export async function hover({ page }, text, says, target = text) {
  const line = page.locator('.editor-instance .view-line', { hasText: text }).first();
  await page.mouse.move(5, 5);
  const { x, y } = await line.evaluate(placeOf, target);
  await page.mouse.move(x, y, { steps: 4 });
  const shown = page.locator('.monaco-hover:visible', { hasText: says }).first();
  await shown.waitFor();
  const told = (await shown.innerText()).replaceAll('\u00a0', ' ');
  await page.keyboard.press('Escape');
  return told;
}

/** The middle of the last occurrence of a text in a line on the screen; runs in the page. */
function placeOf(line, target) {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const letters = [];
  while (walker.nextNode()) {
    for (let at = 0; at < walker.currentNode.length; at++) letters.push([walker.currentNode, at]);
  }
  const text = letters.map(([node, at]) => node.data.charAt(at).replace('\u00a0', ' ')).join('');
  const [node, at] = letters[text.lastIndexOf(target) + Math.floor(target.length / 2)];
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + 1);
  const { left, top, width, height } = range.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

/** Applies a quick fix from the menu, saves, compares the file on disk, and takes everything back. */
export async function quickFix(workbench, { folder }, name, place, title, expected) {
  const { page } = workbench;
  const file = path.join(folder, name);
  await openFile(workbench, name);
  await chooseFix(workbench, place, title);
  const before = fs.readFileSync(file, 'utf8');
  const fixed = await saved(workbench, file, (text) => text !== before);
  if (typeof expected === 'string') assert.equal(fixed, expected);
  else expected(fixed);
  await page.keyboard.press('Control+z');
  await saved(workbench, file, (text) => text === before);
}

/** Clicks an entry of the menu of quick fixes at a place. A menu that a late change of the text closes again is opened again. */
export async function chooseFix(workbench, place, title) {
  const { page } = workbench;
  for (let attempt = 1; ; attempt++) {
    await goTo(workbench, place);
    await page.keyboard.press('Control+.');
    const entry = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
    try {
      return await entry.click({ timeout: attempt * 5000 });
    } catch (error) {
      if (attempt === 4) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** The file after the source action that fixes all. */
export async function fixAll(workbench, { folder }, name) {
  const { page } = workbench;
  const file = path.join(folder, name);
  const before = fs.readFileSync(file, 'utf8');
  await workbench.command('Source Action...');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Fix all Vermagic findings' }).first().click();
  return saved(workbench, file, (text) => text !== before);
}

/** The file on disk once it is saved and as wanted. */
async function saved({ page }, file, condition) {
  for (const end = Date.now() + 20_000; ; ) {
    await page.keyboard.press('Control+s');
    const text = fs.readFileSync(file, 'utf8');
    // Empty: read in the middle of being written.
    if (text !== '' && condition(text)) return text;
    if (Date.now() > end) throw new Error(`${path.basename(file)} is not as expected on disk:\n${text}`);
    await page.waitForTimeout(200);
  }
}
