import { launchBrowser } from '../harness/browser.mjs';

/** How long anything on the screen may take; a slow machine is no failure. */
const patienceMs = 60_000;

/** This machine; and the address that the editor's service worker answers itself, for the files of a page. */
const ownAddress = /^(http:\/\/127\.0\.0\.1|data:|blob:|vscode-|https:\/\/[^/]*\.vscode-resource\.vscode-cdn\.net\/)/;

/** The editor's window as a person uses it: everything goes through the screen, the mouse and the keyboard. */
export class Workbench {
  #browser;
  page;
  /** Requests that left this machine, and errors of the page: both must stay empty. */
  strangers = [];

  /** Opens a folder in a fresh window. */
  static async open(server, folder, viewport = { width: 1280, height: 800 }) {
    const workbench = new Workbench();
    workbench.#browser = await launchBrowser();
    const context = await workbench.#browser.newContext({
      viewport,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('request', (request) => {
      if (!ownAddress.test(request.url())) workbench.strangers.push(request.url());
    });
    page.on('pageerror', (error) => workbench.strangers.push(String(error)));
    workbench.page = page;
    await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`);
    await page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor();
    // A window that has not read the extensions yet would open a module as text.
    while (!(await workbench.paletteOffers('Vermagic: Inspect')).includes('Vermagic: Inspect Module')) {
      await page.waitForTimeout(500);
    }
    return workbench;
  }

  close() {
    return this.#browser.close();
  }

  /** A row of the Explorer by its exact label. */
  row(label) {
    return this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${label}"]`);
  }

  async expand(label) {
    const row = this.row(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
  }

  /** The tooltip of an Explorer row, once it says `text`. */
  async tooltip(label, text) {
    const row = this.row(label);
    await row.scrollIntoViewIfNeeded();
    return this.hoverText(row, '.workbench-hover-container', text);
  }

  /** What `target` shows in a hover (by its selector) once that says `text`. */
  async hoverText(target, selector, text) {
    const hover = this.page.locator(selector).filter({ hasText: text });
    // What it says comes when the server has answered: look again until it is there.
    for (const end = Date.now() + patienceMs; ; ) {
      await this.page.mouse.move(700, 450);
      await target.hover();
      try {
        await hover.first().waitFor({ timeout: 3000 });
        return (await hover.first().textContent()).trim();
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  async badge(label) {
    return (
      await this.row(label)
        .locator('.monaco-icon-label')
        .first()
        .evaluate((element) => getComputedStyle(element, '::after').content)
    ).replaceAll('"', '');
  }

  /** Runs a command by the words the palette shows. */
  async command(title) {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input').waitFor();
    await this.page.keyboard.type(title);
    await this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first().click();
  }

  /** Titles that the palette offers for some words. */
  async paletteOffers(words) {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input').waitFor();
    await this.page.keyboard.type(words);
    await this.page.waitForTimeout(500);
    const offers = await this.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return offers.map((text) => text.split('\n')[0]);
  }

  async quickPick(text) {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  /** The page of the module that is open in the visible editor. */
  modulePage() {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
  }

  /** Opens a module by a double click, and waits for its page. */
  async openModule(label) {
    await this.row(label).dblclick();
    const page = this.modulePage();
    await page.locator('h1', { hasText: label }).waitFor();
    return page;
  }

  /** The rows of the Problems panel about what the filter names; the panel renders only the ones on the screen. */
  async problems(filter) {
    await this.command('Problems: Focus on Problems View');
    await this.page.getByPlaceholder(/^Filter \(e\.g\./).fill(filter);
    return this.page.locator('.markers-panel .monaco-list-row');
  }
}
