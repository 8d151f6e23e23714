import { Uri, type Webview } from 'vscode';

/** The page before its script runs. Nothing may be loaded but our own script and style. */
export function pageHtml(webview: Webview, dist: Uri): string {
  const nonce = crypto.randomUUID();
  const script = webview.asWebviewUri(Uri.joinPath(dist, 'ko-editor.js'));
  const style = webview.asWebviewUri(Uri.joinPath(dist, 'ko-editor.css'));
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kernel Module</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<main id="page" aria-busy="true"><p class="waiting" role="status">Reading the module …</p></main>
<div id="announcements" class="visually-hidden" role="status" aria-live="polite"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
