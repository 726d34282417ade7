// Does with a real browser what a newcomer does at /graphiql: signs in and runs the query that stands there.
//
//   node graphiql.mjs BASE_URL NAME PASSWORD SCREENSHOT.png
//
// It prints a line of JSON, {"signedInAs", "result"}, and ends with 0. It ends with 1 and says why if the answer does not
// hold the name of who signed in, if the page asked anything of another host, or if it reported an error.
// CHUISHAO_TEST_CHROMIUM names the browser where it is not /usr/bin/chromium.

import { chromium } from 'playwright-core';

const [base, name, password, screenshot] = process.argv.slice(2);
if (!screenshot) {
  console.error('usage: node graphiql.mjs BASE_URL NAME PASSWORD SCREENSHOT.png');
  process.exit(1);
}

const complaints = [];
const browser = await chromium.launch({
  executablePath: process.env.CHUISHAO_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--no-first-run',
    '--disable-gpu',
  ],
});
try {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  context.on('request', (it) => {
    const url = new URL(it.url());
    if (/^(http|ws)/.test(url.protocol) && url.host !== new URL(base).host) complaints.push(`asked ${url.host}`);
  });
  page.on('console', (it) => it.type() === 'error' && complaints.push(`console: ${it.text()} ${it.location().url}`));
  page.on('pageerror', (it) => complaints.push(`page: ${it}`));

  await page.goto(new URL('/graphiql', base).href);
  await page.locator('input[name="name"]').fill(name);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('form:has(input[name="password"]) button[type="submit"]').click();

  const refused = page.locator('[role="alert"]').filter({ hasText: /\S/ });
  const signedIn = page.locator('[role="status"] strong');
  await signedIn.or(refused).first().waitFor();
  if (await refused.count()) throw new Error(`sign-in was refused: ${await refused.innerText()}`);
  const signedInAs = await signedIn.innerText();

  await page.locator('.graphiql-execute-button').click();
  const answer = page.locator('.result-window .CodeMirror-code').filter({ hasText: /"(data|errors)"/ });
  await answer.waitFor();
  const result = await answer.innerText();
  await page.screenshot({ path: screenshot });
  if (!result.includes(`"${signedInAs}"`)) complaints.push(`the answer does not name ${signedInAs}: ${result}`);
  console.log(JSON.stringify({ signedInAs, result }));
} catch (error) {
  complaints.push(String(error));
} finally {
  await browser.close();
}
for (const it of complaints) console.error(it);
process.exitCode = complaints.length === 0 ? 0 : 1;
