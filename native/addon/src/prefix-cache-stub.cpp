#include "prefix-cache.h"
namespace parley { class PrefixCacheCore {};
PrefixCache::PrefixCache(PrefixCacheOptions) {} PrefixCache::~PrefixCache() {}
std::optional<PrefixMatch> PrefixCache::find(const std::vector<PrefixToken>&, size_t) const { return std::nullopt; }
void PrefixCache::fetch(PrefixMatch, std::shared_ptr<const std::atomic<bool>>, OnFetched d) { d(std::nullopt); }
StorePlan PrefixCache::plan(const std::vector<PrefixToken>&, size_t) const { return {}; }
void PrefixCache::put(const PrefixOwner&, const std::vector<PrefixToken>&, size_t, std::vector<NewBlock>, std::optional<CacheBytes>) {}
void PrefixCache::use(const PrefixOwner&, const std::vector<PrefixToken>&, size_t) {}
void PrefixCache::forget(const std::string&, std::function<void()> d) { d(); }
void PrefixCache::set_ram_budget(uint64_t) {}
PrefixCacheCounters PrefixCache::counters() const { return {}; }
}
