-- Attaches the language server in the workspace root and prints every diagnostic it publishes, one per line:
-- URI, line, column, rule, message, divided by tabs. Written for Neovim 0.7, the oldest that distributions ship.
local server = vim.env.VERMAGIC_SERVER
local node = vim.env.VERMAGIC_NODE
local root = vim.fn.getcwd()
local wanted = vim.env.VERMAGIC_WANTED
local seen = false

local function print_diagnostics(_, result)
  for _, found in ipairs(result.diagnostics) do
    local text = found.message:gsub('[\t\n]', ' ')
    local fields = { result.uri, found.range.start.line, found.range.start.character, found.code or '', text }
    io.stdout:write(table.concat(fields, '\t') .. '\n')
    seen = seen or result.uri:find(wanted, 1, true) ~= nil
  end
end

local id = vim.lsp.start_client({
  name = 'vermagic',
  cmd = { node, server, '--stdio' },
  root_dir = root,
  workspace_folders = { { name = 'workspace', uri = vim.uri_from_fname(root) } },
  handlers = { ['textDocument/publishDiagnostics'] = print_diagnostics },
})
local deadline = tonumber(vim.env.VERMAGIC_TIMEOUT_MS)
vim.wait(deadline, function() return seen end, 50)
-- The pass over the workspace goes on; give the rest of it a moment.
vim.wait(1500, function() return false end, 50)
vim.lsp.stop_client(id)
local stopped = vim.wait(3000, function() return #vim.lsp.get_active_clients() == 0 end, 50)
io.stdout:write((stopped and 'stopped' or 'still running') .. '\n')
vim.cmd('qall!')
