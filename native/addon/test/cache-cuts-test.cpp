#include "cache-test-kit.h"
#include "test-kit.h"

/** Forgetting: what a conversation alone used is gone, and what others use stays. */
namespace parley::test {

namespace {

const PrefixOwner first_chat{"first chat"};
const PrefixOwner second_chat{"second chat"};

/** Two conversations that part ways inside a block: 100 tokens in common, then 100 of each. */
struct Parted {
    std::vector<PrefixToken> common = tokens_from(0, 100);
    std::vector<PrefixToken> first = joined(common, tokens_from(1000, 100));
    std::vector<PrefixToken> second = joined(common, tokens_from(2000, 100));

    void store_in(PrefixCache &cache) const {
        await_ready(cache);
        store(cache, first_chat, first);
        store(cache, second_chat, second);
    }
};

size_t count_files(const TemporaryFolder &folder, const std::string &suffix) {
    return files_in(folder.cache(), suffix).size();
}

} // namespace

TEST("a forgotten conversation is gone from memory and disk when forget is done") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const auto tokens = tokens_from(0, 700);
    store(cache, first_chat, tokens);
    flush(cache);
    CHECK_EQUAL(count_files(folder, ".state"), size_t{3});
    forget(cache, first_chat.key);
    CHECK_EQUAL(count_files(folder, ".state") + count_files(folder, ".owner"), size_t{0});
    CHECK(!cache.find(tokens, 700));
    CHECK_EQUAL(cache.counters().ram_bytes + cache.counters().disk_bytes, uint64_t{0});
}

TEST("what waited to be written is not written after forget") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.write_delay_ms = 3600 * 1000;
    {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, tokens_from(0, 700));
        forget(cache, first_chat.key);
    }
    CHECK_EQUAL(count_files(folder, ".state") + count_files(folder, ".owner"), size_t{0});
}

TEST("of a block that another conversation began with, only the rest goes") {
    const TemporaryFolder folder;
    const Parted chats;
    {
        PrefixCache cache(cache_options(folder.cache()));
        chats.store_in(cache);
        flush(cache);
        CHECK(folder_contains(folder.cache(), block_of(chats.first, 100, 101)));
        forget(cache, first_chat.key);
        CHECK(!folder_contains(folder.cache(), block_of(chats.first, 100, 101)));
        CHECK_EQUAL(restorable(cache, chats.first), size_t{100});
        CHECK_EQUAL(restorable(cache, chats.second), size_t{200});
    }
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    CHECK_EQUAL(restorable(cache, chats.first), size_t{100});
    CHECK_EQUAL(restorable(cache, chats.second), size_t{200});
    CHECK_EQUAL(store(cache, first_chat, chats.first), size_t{100});
    CHECK_EQUAL(restorable(cache, chats.first), size_t{200});
}

TEST("a block that lies in memory only, or on disk only, is cut as well") {
    const Parted chats;
    for (const uint64_t ram_bytes : {uint64_t{0}, uint64_t{1} << 20U}) {
        const TemporaryFolder folder;
        PrefixCacheOptions options = cache_options(ram_bytes == 0 ? folder.cache() : "");
        options.ram_bytes = ram_bytes;
        PrefixCache cache(options);
        chats.store_in(cache);
        flush(cache);
        forget(cache, first_chat.key);
        CHECK_EQUAL(restorable(cache, chats.first), size_t{100});
        CHECK_EQUAL(restorable(cache, chats.second), size_t{200});
    }
}

TEST("a block that cannot be cut is dropped whole: privacy goes before speed") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.cut = nullptr;
    const Parted chats;
    PrefixCache cache(options);
    chats.store_in(cache);
    flush(cache);
    forget(cache, first_chat.key);
    CHECK_EQUAL(restorable(cache, chats.second), size_t{0});
    CHECK_EQUAL(count_files(folder, ".state"), size_t{0});
    CHECK_EQUAL(store(cache, second_chat, chats.second), size_t{200});
}

TEST("both forgotten, nothing is left, in whatever order") {
    for (const bool is_first_first : {true, false}) {
        const TemporaryFolder folder;
        const Parted chats;
        PrefixCache cache(cache_options(folder.cache()));
        chats.store_in(cache);
        flush(cache);
        forget(cache, is_first_first ? first_chat.key : second_chat.key);
        forget(cache, is_first_first ? second_chat.key : first_chat.key);
        CHECK_EQUAL(count_files(folder, ".state") + count_files(folder, ".owner"), size_t{0});
        CHECK_EQUAL(cache.counters().blocks, uint64_t{0});
    }
}

TEST("who only came by through use holds what they used") {
    const TemporaryFolder folder;
    const auto tokens = tokens_from(0, 600);
    {
        PrefixCache cache(cache_options(folder.cache()));
        await_ready(cache);
        store(cache, first_chat, tokens);
        cache.use(second_chat, tokens, 300);
    }
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    forget(cache, first_chat.key);
    CHECK_EQUAL(restorable(cache, tokens), size_t{300});
    forget(cache, second_chat.key);
    CHECK_EQUAL(restorable(cache, tokens), size_t{0});
}

TEST("snapshots beyond what others use go, those before stay") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.can_cut = false;
    const Parted chats;
    PrefixCache cache(options);
    await_ready(cache);
    store(cache, first_chat, chats.first);
    store(cache, second_chat, chats.common);
    CHECK_EQUAL(cache.counters().snapshots, uint64_t{2});
    forget(cache, first_chat.key);
    CHECK_EQUAL(cache.counters().snapshots, uint64_t{1});
    CHECK_EQUAL(restorable(cache, chats.first, true), size_t{100});
}

TEST("a memory-only owner keeps nothing on disk when the last other is forgotten") {
    const TemporaryFolder folder;
    const auto tokens = tokens_from(0, 200);
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    store(cache, first_chat, tokens);
    flush(cache);
    cache.use(PrefixOwner{"secret", true}, tokens, 200);
    forget(cache, first_chat.key);
    CHECK_EQUAL(count_files(folder, ".state"), size_t{0});
    store(cache, PrefixOwner{"secret", true}, tokens);
    forget(cache, "secret");
    CHECK_EQUAL(cache.counters().blocks, uint64_t{0});
}

TEST("forgetting whom nobody knows changes nothing, and is answered") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    store(cache, first_chat, tokens_from(0, 200));
    forget(cache, "nobody");
    CHECK_EQUAL(restorable(cache, tokens_from(0, 200)), size_t{200});
}

TEST("a match from before a forget is cold, not wrong") {
    const TemporaryFolder folder;
    const Parted chats;
    PrefixCache cache(cache_options(folder.cache()));
    chats.store_in(cache);
    const PrefixMatch gone = *cache.find(chats.first, 200);
    forget(cache, first_chat.key);
    CHECK(!fetch(cache, gone));
    CHECK_EQUAL(restorable(cache, chats.second), size_t{200});
}

} // namespace parley::test
