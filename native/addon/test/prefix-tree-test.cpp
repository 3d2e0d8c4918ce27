#include "prefix-tree.h"
#include "test-kit.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace parley::test {

namespace {

using Tokens = std::vector<PrefixToken>;

Digest owner_number(uint8_t number) {
    Digest id{};
    id[0] = number;
    return id;
}

size_t common_length(const Tokens &left, const Tokens &right) {
    const size_t most = std::min(left.size(), right.size());
    const auto end = left.begin() + static_cast<std::ptrdiff_t>(most);
    return static_cast<size_t>(std::mismatch(left.begin(), end, right.begin()).first - left.begin());
}

Tokens first_of(const Tokens &tokens, size_t count) {
    return {tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count)};
}

/** What the tree must be equal to: plain lists, searched from end to end. */
class NaiveTree {
public:
    void use(uint8_t owner, const Tokens &tokens) { used_[owner].push_back(tokens); }
    void add_snapshot(const Tokens &tokens) { snapshots_.insert(tokens); }

    void forget(uint8_t owner) {
        used_.erase(owner);
        for (auto snapshot = snapshots_.begin(); snapshot != snapshots_.end();) {
            snapshot = kept(*snapshot) < snapshot->size() ? snapshots_.erase(snapshot) : std::next(snapshot);
        }
    }

    size_t kept(const Tokens &tokens) const {
        size_t most = 0;
        for (const auto &[owner, sequences] : used_) {
            for (const Tokens &sequence : sequences) {
                most = std::max(most, common_length(sequence, tokens));
            }
        }
        return most;
    }

    size_t snapshot_depth(const Tokens &tokens) const {
        size_t most = 0;
        for (const Tokens &snapshot : snapshots_) {
            if (common_length(snapshot, tokens) == snapshot.size()) {
                most = std::max(most, snapshot.size());
            }
        }
        return most;
    }

    size_t snapshot_count() const { return snapshots_.size(); }

private:
    std::map<uint8_t, std::vector<Tokens>> used_;
    std::set<Tokens> snapshots_;
};

/** The tree and its naive double, doing the same at random. */
class Pair {
public:
    explicit Pair(unsigned seed) : random_(seed) {}

    void step() {
        const auto owner = static_cast<uint8_t>(number(0, 5));
        if (number(0, 19) == 0) {
            tree_.forget(owner_number(owner));
            naive_.forget(owner);
        } else {
            store(owner, random_tokens());
        }
        compare(random_tokens());
    }

    void forget_all() {
        for (uint8_t owner = 0; owner < 6; owner++) {
            tree_.forget(owner_number(owner));
            naive_.forget(owner);
        }
    }

    const PrefixTree &tree() const { return tree_; }

private:
    size_t number(size_t from, size_t to) { return std::uniform_int_distribution<size_t>(from, to)(random_); }

    Tokens random_tokens() {
        Tokens tokens(number(1, 24));
        for (PrefixToken &token : tokens) {
            token = number(0, 9) == 0 ? 1 : 0; // few partings, so that paths are shared for long
        }
        return tokens;
    }

    void store(uint8_t owner, const Tokens &tokens) {
        PrefixTree::Path path = tree_.walk(tokens, tokens.size());
        while (path.tokens < tokens.size()) {
            const size_t count = std::min(number(1, 7), tokens.size() - path.tokens);
            const auto block = std::make_shared<CachedBlock>();
            const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(path.tokens);
            block->tokens.assign(first, first + static_cast<std::ptrdiff_t>(count));
            tree_.set_ram(*block, std::make_shared<const std::vector<uint8_t>>(count));
            CachedBlock *parent = path.steps.empty() ? nullptr : path.steps.back().block.get();
            CHECK(tree_.add(block, parent, path.steps.empty() ? 0 : path.steps.back().token_count));
            path.steps.push_back({block, static_cast<uint32_t>(count)});
            path.tokens += count;
        }
        if (number(0, 2) == 0) {
            const PrefixTree::Step &end = path.steps.back();
            tree_.add(std::make_shared<CachedSnapshot>(), *end.block, end.token_count);
            naive_.add_snapshot(tokens);
        }
        std::vector<std::shared_ptr<CachedEntry>> released;
        tree_.use(tree_.owner(owner_number(owner), false), path, 0, released);
        naive_.use(owner, tokens);
    }

    void compare(const Tokens &tokens) {
        const PrefixTree::Path path = tree_.walk(tokens, tokens.size());
        CHECK_EQUAL(path.tokens, naive_.kept(tokens));
        Tokens walked;
        for (const PrefixTree::Step &step : path.steps) {
            CHECK_EQUAL(step.block->depth, walked.size());
            const Tokens part = first_of(step.block->tokens, step.token_count);
            walked.insert(walked.end(), part.begin(), part.end());
        }
        CHECK(walked == first_of(tokens, path.tokens));
        const std::shared_ptr<CachedSnapshot> snapshot = PrefixTree::last_snapshot(path);
        const size_t depth = snapshot ? snapshot->block->depth + snapshot->token_count : 0;
        CHECK_EQUAL(depth, naive_.snapshot_depth(tokens));
        CHECK_EQUAL(tree_.snapshot_count(), naive_.snapshot_count());
    }

    std::mt19937 random_;
    PrefixTree tree_;
    NaiveTree naive_;
};

} // namespace

TEST("the tree keeps, finds and forgets as plain lists do, in 20,000 random steps") {
    for (unsigned seed = 1; seed <= 20; seed++) {
        Pair pair(seed);
        for (int step = 0; step < 1000; step++) {
            pair.step();
        }
        pair.forget_all();
        CHECK_EQUAL(pair.tree().block_count(), uint64_t{0});
        CHECK_EQUAL(pair.tree().snapshot_count(), uint64_t{0});
        CHECK_EQUAL(pair.tree().ram_bytes(), uint64_t{0});
    }
}

TEST("a parting of ways inside a block leaves the block as it is") {
    PrefixTree tree;
    const auto whole = std::make_shared<CachedBlock>();
    whole->tokens = {1, 2, 3, 4};
    CHECK(tree.add(whole, nullptr, 0));
    const auto other = std::make_shared<CachedBlock>();
    other->tokens = {9, 9};
    CHECK(tree.add(other, whole.get(), 2));
    CHECK_EQUAL(whole->tokens.size(), size_t{4});
    CHECK_EQUAL(tree.walk({1, 2, 9, 9, 7}, 5).tokens, size_t{4});
    CHECK_EQUAL(tree.walk({1, 2, 3, 4, 5}, 5).tokens, size_t{4});
    CHECK_EQUAL(tree.walk({1, 2, 9, 9}, 3).tokens, size_t{3});
}

TEST("a block has no place where one begins alike, or beyond the end of what it stands on") {
    PrefixTree tree;
    const auto block = [](std::vector<PrefixToken> tokens) {
        const auto made = std::make_shared<CachedBlock>();
        made->tokens = std::move(tokens);
        return made;
    };
    const auto first = block({1, 2, 3});
    CHECK(tree.add(first, nullptr, 0));
    CHECK(!tree.add(block({1, 5}), nullptr, 0));
    CHECK(!tree.add(block({2, 5}), first.get(), 1));
    CHECK(!tree.add(block({7}), first.get(), 4));
    CHECK(!tree.add(block({}), first.get(), 3));
    CHECK(!tree.add(block(std::vector<PrefixToken>(max_file_tokens + 1)), first.get(), 3));
    CHECK(tree.add(block({7}), first.get(), 3));
}

TEST("a conversation of 100,000 blocks is dropped without recursion") {
    PrefixTree tree;
    CachedBlock *parent = nullptr;
    for (PrefixToken token = 0; token < 100000; token++) {
        const auto block = std::make_shared<CachedBlock>();
        block->tokens = {token};
        CHECK(tree.add(block, parent, parent == nullptr ? 0 : 1));
        parent = block.get();
    }
    tree.remove_unowned();
    CHECK_EQUAL(tree.block_count(), uint64_t{0});
}

} // namespace parley::test
