// Reads UTF-16 (little endian) from standard input and prints its syntax tree: a line a node, as the test of the two
// parsers compares them. Offsets count UTF-16 code units, as JavaScript's do.
#include <stdio.h>
#include <stdlib.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_bash(void);

static void visit(TSTreeCursor *cursor, unsigned depth) {
  TSNode node = ts_tree_cursor_current_node(cursor);
  const char *field = ts_tree_cursor_current_field_name(cursor);
  const char *quote = ts_node_is_named(node) ? "" : "\"";
  printf("%u %s %s%s%s %u %u\n", depth, field ? field : "", quote, ts_node_type(node), quote,
         ts_node_start_byte(node) / 2, ts_node_end_byte(node) / 2);
  if (!ts_tree_cursor_goto_first_child(cursor)) return;
  do {
    visit(cursor, depth + 1);
  } while (ts_tree_cursor_goto_next_sibling(cursor));
  ts_tree_cursor_goto_parent(cursor);
}

int main(void) {
  size_t length = 0, room = 1 << 16;
  char *text = malloc(room);
  for (size_t got; text && (got = fread(text + length, 1, room - length, stdin)) > 0;) {
    length += got;
    if (length == room) text = realloc(text, room *= 2);
  }
  TSParser *parser = ts_parser_new();
  if (!text || !ts_parser_set_language(parser, tree_sitter_bash())) return 1;
  TSTree *tree = ts_parser_parse_string_encoding(parser, NULL, text, (uint32_t)length, TSInputEncodingUTF16LE);
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  visit(&cursor, 0);
  return 0;
}
