#pragma once

#include "span-tokenizer.h"

#include <string>
#include <utility>
#include <vector>

namespace parley {

/**
 * Tokenises what stands between two special tokens: text of the template and of messages, which merge with
 * each other at their borders as they would in one text, tokens that a message brings along, and pictures.
 * Lives for one run.
 */
class RunTokenizer {
public:
    /** `guarded`: markup that the template uses, so that content must not become it. All are borrowed. */
    RunTokenizer(const Vocabulary &vocabulary, const std::vector<SpecialToken> &guarded,
                 const std::vector<Span> &spans, SpanTokenizer::Tokens &tokens)
        : vocabulary_(vocabulary), guarded_(guarded), spans_(spans), tokens_(tokens) {}

    /** `text` of the span `owner`, and what the template writes after it. */
    void add(const std::string &text, size_t owner, const std::string &following);

    /** Whether the special tokens on both sides swallow the whitespace next to them. */
    void finish(bool strips_left, bool strips_right);

private:
    struct Stretch {
        std::string text;
        /** Where in the text each owner begins. */
        std::vector<std::pair<size_t, size_t>> owners;
        /** Where the text is cut, so that nothing merges across. */
        std::vector<size_t> cuts;
        Vocabulary::Place place = Vocabulary::Place::beginning;
        std::vector<PromptItem> items_before;
        size_t owner_before = 0;
    };

    bool add_brought(const Span &span, size_t owner, const std::string &following);
    void add_text(const std::string &text, size_t owner);
    void begin_stretch(std::vector<PromptItem> items_before, size_t owner, Vocabulary::Place place);
    void write(const Stretch &stretch, size_t begin, size_t end);
    void write_part(const Stretch &stretch, size_t begin, size_t end, Vocabulary::Place place);

    const Vocabulary &vocabulary_;
    const std::vector<SpecialToken> &guarded_;
    const std::vector<Span> &spans_;
    SpanTokenizer::Tokens &tokens_;
    std::vector<Stretch> stretches_ = std::vector<Stretch>(1);
    /** Bytes at the beginning of the next part that brought tokens have already said. */
    size_t skipped_bytes_ = 0;
};

} // namespace parley
