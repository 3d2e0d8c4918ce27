#include "span-tokenizer.h"

#include "run-tokenizer.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace parley {

namespace {

std::vector<SpecialToken> find_used(const std::vector<SpecialToken> &specials,
                                    const std::vector<Span> &spans) {
    // A template writes the same few pieces over and over: search each of them once.
    std::set<std::string> literals;
    for (const Span &span : spans) {
        if (!span.is_content) {
            literals.insert(span.text);
        }
    }
    std::vector<SpecialToken> used;
    std::copy_if(specials.begin(), specials.end(), std::back_inserter(used),
                 [&](const SpecialToken &special) {
                     return std::any_of(literals.begin(), literals.end(), [&](const std::string &literal) {
                         return literal.find(special.text) != std::string::npos;
                     });
                 });
    return used;
}

} // namespace

SpanTokenizer::Tokens SpanTokenizer::tokenize(const std::vector<Span> &spans) const {
    const std::vector<SpecialToken> guarded = find_used(vocabulary_.markup(), spans);
    Tokens tokens;
    for (const Piece &piece : split(spans)) {
        if (piece.token != LLAMA_TOKEN_NULL) {
            tokens.items.push_back({piece.token, -1});
            tokens.owners.push_back(piece.parts.front().span);
            continue;
        }
        RunTokenizer run(vocabulary_, guarded, spans, tokens);
        for (size_t index = 0; index < piece.parts.size(); index++) {
            const Part *next = index + 1 < piece.parts.size() ? &piece.parts[index + 1] : nullptr;
            const bool is_literal = next != nullptr && !spans[next->span].is_content;
            run.add(piece.parts[index].text, piece.parts[index].span, is_literal ? next->text : "");
        }
        run.finish(piece.strips_left, piece.strips_right);
    }
    const llama_token start = llama_vocab_bos(vocabulary_.get());
    const bool has_start = !tokens.items.empty() && tokens.items.front().token == start;
    if (llama_vocab_get_add_bos(vocabulary_.get()) && start != LLAMA_TOKEN_NULL && !has_start) {
        tokens.items.insert(tokens.items.begin(), {start, -1});
        tokens.owners.insert(tokens.owners.begin(), 0);
    }
    return tokens;
}

std::vector<SpanTokenizer::Piece> SpanTokenizer::split(const std::vector<Span> &spans) const {
    std::vector<Piece> pieces(1);
    for (size_t index = 0; index < spans.size(); index++) {
        pieces[0].parts.push_back({spans[index].text, index});
    }
    for (const SpecialToken &special : find_used(vocabulary_.controls(), spans)) {
        std::vector<Piece> next;
        for (Piece &piece : pieces) {
            if (piece.token != LLAMA_TOKEN_NULL) {
                next.push_back(std::move(piece));
                continue;
            }
            Piece rest;
            rest.strips_left = piece.strips_left;
            for (const Part &part : piece.parts) {
                split_part(special, part, spans[part.span], rest, next);
            }
            rest.strips_right = piece.strips_right;
            next.push_back(std::move(rest));
        }
        pieces = std::move(next);
    }
    return pieces;
}

void SpanTokenizer::split_part(const SpecialToken &special, const Part &part, const Span &span, Piece &rest,
                               std::vector<Piece> &pieces) {
    size_t position = 0;
    size_t found = span.is_content ? std::string::npos : part.text.find(special.text);
    while (found != std::string::npos) {
        rest.parts.push_back({part.text.substr(position, found - position), part.span});
        rest.strips_right = special.strips_left;
        pieces.push_back(std::move(rest));
        Piece token;
        token.token = special.token;
        token.parts.push_back({special.text, part.span});
        pieces.push_back(std::move(token));
        rest = Piece();
        rest.strips_left = special.strips_right;
        position = found + special.text.size();
        found = part.text.find(special.text, position);
    }
    rest.parts.push_back({part.text.substr(position), part.span});
}

} // namespace parley
