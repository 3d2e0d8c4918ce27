#pragma once

#include "span.h"

#include <optional>
#include <string>
#include <vector>

namespace parley {

/**
 * Stands in for texts while a template runs: unguessable words take their place and are found again in what
 * was rendered. So the template's text and everybody else's are told apart without doubt, and no template can
 * change a text. A text's outer whitespace stays outside, since templates trim it. One thread.
 */
class StandIns {
public:
    /** `origin` gives all but the text; a needed one that the template leaves out fails `restore`. */
    std::string put(const std::string &text, const Span &origin, bool is_needed);

    std::string put_picture(int32_t picture, size_t message);

    /**
     * `rendered` with the texts put back, escaped where the template wrote them as JSON; empty where a needed
     * one is missing.
     */
    std::vector<Span> restore(const std::string &rendered) const;

private:
    struct Entry {
        Span span;
        bool is_needed;
    };

    std::string name_of(size_t index) const;
    /** The entry whose name begins at `found`; nothing where a template has cut it. */
    std::optional<size_t> entry_at(const std::string &rendered, size_t found) const;

    std::string word_ = random_word();
    std::vector<Entry> entries_;

    static std::string random_word();
};

} // namespace parley
