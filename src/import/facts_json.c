/* SPDX-License-Identifier: Apache-2.0 */
/* The i-th value of every list belongs to the i-th exchange with the device. */
#include "import/facts_json.h"

static bool add_value(struct lc_facts *f, enum lc_fact_name name, const json_t *v)
{
    switch (lc_fact_infos[name].type) {
    case LC_FT_STRING:
        if (json_is_string(v))
            lc_facts_str(f, name, lc_slice_of(json_string_value(v), json_string_length(v)));
        return json_is_string(v);
    case LC_FT_INT:
        if (json_is_integer(v))
            lc_facts_int(f, name, json_integer_value(v));
        return json_is_integer(v);
    case LC_FT_BOOL:
        if (json_is_boolean(v))
            lc_facts_bool(f, name, json_is_true(v));
        return json_is_boolean(v);
    }
    return false;
}

static bool add_fact(struct lc_facts *f, enum lc_fact_name name, const json_t *v)
{
    f->exch = 0;
    if (!json_is_array(v))
        return add_value(f, name, v);
    for (size_t i = 0; i < json_array_size(v) && i <= UINT8_MAX; i++) {
        f->exch = (uint8_t)i;
        if (!add_value(f, name, json_array_get(v, i)))
            return false;
    }
    return true;
}

const char *lc_facts_from_json(const json_t *object, struct lc_facts *f, uint64_t *unknown)
{
    const char *key, *wrong = NULL;
    json_t *v;

    /* jansson's iterator wants an object that it may change */
    json_object_foreach((json_t *)(uintptr_t)object, key, v)
    {
        enum lc_fact_name name = lc_fact_by_name(lc_slice_str(key));

        if (name == LC_F_NONE)
            ++*unknown;
        else if (!add_fact(f, name, v))
            wrong = wrong ? wrong : key;
    }
    f->exch = 0;
    return wrong;
}
