#include "cache-test-kit.h"
#include "test-kit.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <random>
#include <thread>

#include <sys/stat.h>

namespace parley::test {

namespace {

const PrefixOwner first_chat{"first chat"};
const PrefixOwner second_chat{"second chat"};

} // namespace

TEST("nothing is found in an empty cache") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    CHECK(!cache.find(tokens_from(0, 10), 10));
    CHECK(!cache.find({}, 0));
}

TEST("what was put is found at once, up to any token, and no further than asked") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const auto tokens = tokens_from(0, 700);
    CHECK_EQUAL(store(cache, first_chat, tokens), size_t{700});
    CHECK_EQUAL(restorable(cache, tokens), size_t{700});
    CHECK_EQUAL(cache.find(tokens, 333)->tokens, size_t{333});
    CHECK_EQUAL(restorable(cache, joined(tokens_from(0, 300), tokens_from(9000, 50))), size_t{300});
    CHECK(!cache.find(tokens, 700)->is_on_disk);
}

TEST("what is there is not asked for again, not by another conversation either") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const auto persona = tokens_from(0, 400);
    store(cache, first_chat, joined(persona, tokens_from(1000, 30)));
    const auto second = joined(persona, tokens_from(2000, 20));
    const StorePlan plan = cache.plan(second, second.size());
    CHECK_EQUAL(plan.missing.size(), size_t{1});
    CHECK_EQUAL(plan.missing[0].from, size_t{400});
    CHECK_EQUAL(plan.missing[0].to, size_t{420});
    CHECK_EQUAL(store(cache, second_chat, second), size_t{20});
    CHECK_EQUAL(restorable(cache, second), size_t{420});
}

TEST("a plan is cut into blocks of at most 256 tokens without gaps") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const StorePlan plan = cache.plan(tokens_from(0, 600), 600);
    CHECK_EQUAL(plan.missing.size(), size_t{3});
    CHECK_EQUAL(plan.missing[1].from, size_t{256});
    CHECK_EQUAL(plan.missing[2].to, size_t{600});
    CHECK(!plan.needs_snapshot);
}

TEST("everything comes back after a restart, with growth linear in tokens") {
    const TemporaryFolder folder;
    const auto chat = tokens_from(0, 2000);
    uint64_t after_half = 0;
    {
        PrefixCache cache(cache_options(folder.cache()));
        await_ready(cache);
        for (size_t count = 100; count <= chat.size(); count += 100) {
            store(cache, first_chat, {chat.begin(), chat.begin() + static_cast<std::ptrdiff_t>(count)});
            flush(cache);
            after_half = count == 1000 ? cache.counters().disk_bytes_written : after_half;
        }
        CHECK_EQUAL(cache.counters().disk_bytes_written, 2 * after_half);
    }
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    CHECK(cache.find(chat, chat.size())->is_on_disk);
    CHECK_EQUAL(restorable(cache, chat), size_t{2000});
    CHECK_EQUAL(cache.plan(chat, chat.size()).missing.size(), size_t{0});
    CHECK_EQUAL(cache.counters().bad_files, uint64_t{0});
}

TEST("a model that cannot be cut is restored where a snapshot is, and nowhere else") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.can_cut = false;
    const auto chat = tokens_from(0, 500);
    {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, {chat.begin(), chat.begin() + 300});
        CHECK(cache.plan(chat, 500).needs_snapshot);
        store(cache, first_chat, chat);
        CHECK(!cache.plan(chat, 500).needs_snapshot);
        CHECK(cache.plan(chat, 400).needs_snapshot);
        CHECK_EQUAL(cache.plan(chat, 400).missing.size(), size_t{0});
    }
    PrefixCache cache(options);
    await_ready(cache);
    CHECK_EQUAL(cache.find(chat, 499)->tokens, size_t{300});
    CHECK(!cache.find(chat, 299));
    CHECK_EQUAL(restorable(cache, chat, true), size_t{500});
    CHECK_EQUAL(restorable(cache, joined(tokens_from(0, 300), tokens_from(8000, 9)), true), size_t{300});
}

TEST("a model without attention keeps snapshots over blocks that have no bytes") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.can_cut = false;
    options.merge = [](const std::vector<BlockSlice> &slices, const CacheBytes *snapshot) {
        return slices.empty() ? *snapshot : CacheBytes{};
    };
    const auto tokens = tokens_from(0, 40);
    {
        PrefixCache cache(options);
        await_ready(cache);
        cache.put(first_chat, tokens, 40, {{0, 40, {}}}, snapshot_of(40));
    }
    PrefixCache cache(options);
    await_ready(cache);
    CHECK(fetch(cache, *cache.find(tokens, 40)) == snapshot_of(40));
}

TEST("a cancelled fetch gives nothing, and the entry stays") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const auto tokens = tokens_from(0, 300);
    store(cache, first_chat, tokens);
    std::promise<bool> is_given;
    cache.fetch(
        *cache.find(tokens, 300), std::make_shared<std::atomic<bool>>(true),
        [&is_given](const std::optional<CacheBytes> &bytes) { is_given.set_value(bytes.has_value()); });
    CHECK(!is_given.get_future().get());
    CHECK_EQUAL(restorable(cache, tokens), size_t{300});
}

TEST("blocks that do not follow on what is there are left out") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const auto tokens = tokens_from(0, 300);
    cache.put(first_chat, tokens, 300, {{100, 300, block_of(tokens, 100, 300)}}, std::nullopt);
    CHECK(!cache.find(tokens, 300));
    cache.put(first_chat, tokens, 300, {{0, 100, block_of(tokens, 0, 100)}, {200, 300, {}}}, std::nullopt);
    CHECK_EQUAL(restorable(cache, tokens), size_t{100});
    cache.put(first_chat, tokens, 300, {{50, 300, block_of(tokens, 50, 300)}}, std::nullopt);
    CHECK_EQUAL(restorable(cache, tokens), size_t{100});
}

TEST("without a folder, or with a disk budget of 0, the cache lives in memory") {
    const TemporaryFolder folder;
    PrefixCacheOptions no_disk = cache_options(folder.cache());
    no_disk.disk_bytes = 0;
    for (const PrefixCacheOptions &options : {cache_options(""), no_disk}) {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, tokens_from(0, 300));
        flush(cache);
        CHECK_EQUAL(restorable(cache, tokens_from(0, 300)), size_t{300});
        CHECK(!cache.counters().has_disk);
        CHECK_EQUAL(cache.counters().disk_bytes_written, uint64_t{0});
    }
    CHECK_EQUAL(files_in(folder.cache(), ".state").size() + files_in(folder.cache(), ".owner").size(),
                size_t{0});
}

TEST("with both budgets 0 nothing is asked for and nothing is kept") {
    PrefixCacheOptions options = cache_options("");
    options.ram_bytes = 0;
    PrefixCache cache(options);
    await_ready(cache);
    CHECK_EQUAL(cache.plan(tokens_from(0, 300), 300).missing.size(), size_t{0});
    cache.put(first_chat, tokens_from(0, 10), 10, {{0, 10, CacheBytes(80)}}, std::nullopt);
    CHECK(!cache.find(tokens_from(0, 10), 10));
}

TEST("folder and files are the person's alone, and names say nothing") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    store(cache, PrefixOwner{"a telling name"}, tokens_from(0, 300));
    flush(cache);
    struct stat status {};
    CHECK(stat(folder.cache().c_str(), &status) == 0);
    CHECK_EQUAL(status.st_mode & 0777U, 0700U);
    for (const auto &path : files_in(folder.cache(), "")) {
        CHECK(stat(path.c_str(), &status) == 0);
        CHECK_EQUAL(status.st_mode & 0777U, 0600U);
        CHECK(path.filename().string().find("telling") == std::string::npos);
    }
    const std::string name = "a telling name";
    CHECK(!folder_contains(folder.cache(), CacheBytes(name.begin(), name.end())));
}

TEST("what only a memory-only owner uses never reaches the disk; once another uses it, it does") {
    const TemporaryFolder folder;
    constexpr PrefixToken telling = 0x1234567890;
    const PrefixOwner secret{"secret", true};
    const auto tokens = tokens_from(telling, 300);
    {
        PrefixCache cache(cache_options(folder.cache()));
        await_ready(cache);
        store(cache, first_chat, tokens_from(telling, 100));
        store(cache, secret, tokens);
        flush(cache);
        CHECK_EQUAL(restorable(cache, tokens), size_t{300});
        CHECK_EQUAL(files_in(folder.cache(), ".owner").size(), size_t{1});
        CHECK(!folder_contains(folder.cache(), block_of(tokens, 100, 101)));
    }
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    CHECK_EQUAL(restorable(cache, tokens), size_t{100});
    store(cache, secret, tokens);
    cache.use(second_chat, tokens, 300);
    flush(cache);
    CHECK(folder_contains(folder.cache(), block_of(tokens, 299, 300)));
}

TEST("what is pending is written when the cache is closed") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.write_delay_ms = 3600 * 1000;
    {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, tokens_from(0, 1000));
    }
    PrefixCache cache(options);
    await_ready(cache);
    CHECK_EQUAL(restorable(cache, tokens_from(0, 1000)), size_t{1000});
}

TEST("what is put is written by itself once no more comes") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.write_delay_ms = 1;
    PrefixCache cache(options);
    await_ready(cache);
    store(cache, first_chat, tokens_from(0, 100));
    for (int wait = 0; wait < 30000 && cache.counters().disk_bytes == 0; wait++) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{1});
}

TEST("whatever conversations share, fork and forget, what comes back is right, also after restarts") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.write_delay_ms = 0;
    std::mt19937 random(11);
    const auto number = [&random](size_t from, size_t to) {
        return std::uniform_int_distribution<size_t>(from, to)(random);
    };
    std::vector<std::vector<PrefixToken>> chats(4);
    for (int round = 0; round < 12; round++) {
        PrefixCache cache(options);
        await_ready(cache);
        for (int step = 0; step < 25; step++) {
            const size_t chat = number(0, chats.size() - 1);
            const PrefixOwner owner{"chat " + std::to_string(chat)};
            if (number(0, 9) == 0) {
                forget(cache, owner.key);
                chats[chat].clear();
                continue;
            }
            std::vector<PrefixToken> next = chats[number(0, chats.size() - 1)];
            next.resize(number(0, next.size()));
            next = joined(next, tokens_from(number(0, 1000), number(1, 400)));
            const size_t before = restorable(cache, next);
            CHECK_EQUAL(store(cache, owner, next), next.size() - before);
            CHECK_EQUAL(restorable(cache, next), next.size());
            chats[chat] = next;
        }
        for (const auto &chat : chats) {
            CHECK_EQUAL(restorable(cache, chat), chat.size());
        }
        CHECK_EQUAL(cache.counters().bad_files, uint64_t{0});
        CHECK_EQUAL(cache.counters().failed_writes, uint64_t{0});
    }
}

} // namespace parley::test
