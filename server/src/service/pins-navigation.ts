import type { Location, TextEdit } from '../findings/finding.ts';
import type { PinPicture } from '../rules/kbuild/pin-picture.ts';

/** The pinned name at a place: a definition or a use. */
export function pinnedNameAt(picture: PinPicture, uri: string, line: number, character: number): string | undefined {
  const covers = (range: Location['range']) =>
    range.start.line === line && range.start.character <= character && character <= range.end.character;
  const use = picture.uses.find((one) => one.uri === uri && covers(one.range));
  return use?.name ?? picture.pins.find((pin) => pin.uri === uri && covers(pin.nameRange))?.name;
}

/** Where a pinned name gets its value, the file it belongs in first. */
export function pinDefinitions(picture: PinPicture, name: string): Location[] {
  return picture.definitions(name).map((pin) => ({ uri: pin.uri, range: pin.nameRange }));
}

export function pinReferences(picture: PinPicture, name: string): Location[] {
  return [
    ...pinDefinitions(picture, name),
    ...picture.uses.filter((use) => use.name === name).map(({ uri, range }) => ({ uri, range })),
  ];
}

/** The edits that rename a pinned name everywhere; a reason why not, in one sentence, otherwise. */
export function renamePin(picture: PinPicture, name: string, newName: string): readonly TextEdit[] | string {
  if (!/^[A-Za-z_]\w*$/.test(newName)) return `"${newName}" is no name of a variable.`;
  if (picture.definitions(newName).length > 0) return `${newName} is pinned already.`;
  // A bare EXPECTED_VERMAGIC has no name in it to change, and a manifest's keys are its reader's.
  const named = picture.pins.filter(
    (pin) => pin.name === name && !['vermagic', 'manifest', 'changelog'].includes(pin.source),
  );
  const places = [
    ...named.map((pin) => ({ uri: pin.uri, range: pin.nameRange })),
    ...picture.uses.filter((use) => use.name === name),
  ];
  const seen = new Set<string>();
  return places.flatMap(({ uri, range }) => {
    const key = `${uri} ${range.start.line} ${range.start.character}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ uri, range, newText: newName }];
  });
}
