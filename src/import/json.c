/* SPDX-License-Identifier: Apache-2.0 */
/* JSON records by jansson, and the few ways in which the formats look into them. */
#include "import/inside.h"

#include <string.h>

#define PATH_MAX_N 128U

json_t *lc_import_json(struct lc_importer *im, struct lc_slice record)
{
    struct lc_slice s = lc_slice_trim(record);
    json_error_t e;
    json_t *root;

    if (s.n == 0)
        return NULL;
    root = json_loadb((const char *)s.p, s.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
    if (root == NULL)
        lc_import_bad_piece(im, _("it is no JSON"), lc_slice_str(e.text));
    else if (!json_is_object(root))
        lc_import_bad(im, _("it is no object in braces"));
    else
        return root;
    json_decref(root);
    return NULL;
}

const json_t *lc_json_at(const json_t *v, const char *path)
{
    char key[PATH_MAX_N];
    struct lc_slice rest = lc_slice_str(path), one;

    while (v && lc_slice_next(&rest, '.', &one) == LC_OK) {
        if (one.n >= sizeof key)
            return NULL;
        memcpy(key, one.p, one.n);
        key[one.n] = 0;
        v = json_object_get(v, key);
    }
    return v;
}

struct lc_slice lc_json_str_at(const json_t *v, const char *path)
{
    const json_t *s = lc_json_at(v, path);

    return lc_slice_of(json_string_value(s), json_string_length(s));
}

struct lc_slice lc_json_text(const json_t *v, char room[static LC_JSON_ROOM])
{
    int n;

    if (json_is_string(v))
        return lc_slice_of(json_string_value(v), json_string_length(v));
    if (!json_is_integer(v))
        return (struct lc_slice){NULL, 0};
    n = snprintf(room, LC_JSON_ROOM, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    return lc_slice_of(room, (size_t)n);
}
