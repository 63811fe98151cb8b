-- What all spellings of an attendee's reference have in common (boxd/names.py), so that they are
-- found, limited and forgotten together. `cleaned_name` and `folded_name` are boxd's own. Two
-- references that differ by nothing but what is cleaned away stay two attendees, and the later one
-- keeps its form.
ALTER TABLE attendees ADD COLUMN folded TEXT;

UPDATE OR IGNORE attendees SET reference = cleaned_name(reference)
WHERE reference IS NOT NULL AND cleaned_name(reference) <> '';
UPDATE attendees SET folded = folded_name(reference) WHERE reference IS NOT NULL;
CREATE INDEX attendees_by_spelling ON attendees (folded) WHERE folded IS NOT NULL;

UPDATE prizes SET name = cleaned_name(name) WHERE cleaned_name(name) <> '';
