// The lists a client sees, prepared: a list's JSON is built once per shape and revision and then
// only copied into answers.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "gateway/core/fresh_cache.h"
#include "gateway/core/header_parameters.h"
#include "gateway/core/observer.h"
#include "gateway/core/tool_provider.h"
#include "gateway/core/wire.h"

namespace bw::gateway {

/// One list of one audience. Thread-safe.
class PreparedList {
 public:
  /// The finished JSON of every item.
  using Render = std::function<std::vector<std::string>(Shape)>;
  struct Options {
    /// The result's member: "tools", "resources", …
    std::string_view member;
    /// A cursor is good for the same revision only.
    std::string revision;
    std::size_t page_size = 1000;
    Caching caching;
  };

  PreparedList(const Wire& wire, Options options, Render render)
      : wire_(wire), options_(std::move(options)), render_(std::move(render)) {}

  /// The whole result of the page that begins at `cursor` (none: the first). INVALID_ARGUMENT for a
  /// cursor that this list did not hand out.
  StatusOr<std::string_view> Page(Shape shape, std::optional<std::string_view> cursor) const;
  const std::string& revision() const { return options_.revision; }

 private:
  struct Pages {
    std::once_flag once;
    std::vector<std::string> results;
  };

  std::vector<std::string> BuildPages(Shape shape) const;
  std::string CursorOf(std::size_t page) const;

  const Wire& wire_;
  const Options options_;
  const Render render_;
  mutable std::array<Pages, kShapeCount> pages_;
};

/// What serving a tools/call needs to know of the tool.
struct ToolFacts {
  /// What its caller must be allowed to do.
  Access access = Access::kWrite;
  /// What modern HTTP clients must repeat in headers.
  std::vector<HeaderParameter> header_parameters;
};

struct KnownTool {
  Tool tool;
  ToolFacts facts;
};

/// The tools of one audience, and what each access sees of them. Thread-safe.
class ToolCatalogue {
 public:
  ToolCatalogue(const Wire& wire, const PreparedList::Options& options,
                std::vector<KnownTool> tools);

  /// The tools that a caller of this access may call.
  const PreparedList& ListFor(Access access) const { return *lists_[static_cast<int>(access)]; }
  /// nullptr when there is none of this name.
  const ToolFacts* Find(std::string_view name) const;
  const std::string& revision() const { return revision_; }

 private:
  const std::string revision_;
  std::map<std::string, ToolFacts, std::less<>> facts_;
  std::array<std::unique_ptr<const PreparedList>, kAccessCount> lists_;
};

struct CatalogueLimits {
  FreshnessLimits freshness;
  /// Larger than any catalogue a client should be shown, because many clients read one page only.
  std::size_t page_size = 1000;
  /// How long a client may keep lists, instructions and capabilities.
  std::chrono::milliseconds client_ttl{300'000};
  /// Every caller of the endpoint sees the same lists.
  bool shared = true;
};

/// Thread-safe. Must outlive the provider's calls.
class Catalogue {
 public:
  using List = std::shared_ptr<const PreparedList>;
  using ListDone = std::function<void(StatusOr<List>)>;
  using FoundTool = std::shared_ptr<const ToolFacts>;

  Catalogue(ToolProvider& provider, const Wire& wire, const Clock& clock, Observer& observer,
            CatalogueLimits limits);

  /// Each `done` runs exactly once, perhaps before the method returns.
  void GetTools(const Audience& audience, ListDone done);
  void GetResources(const Audience& audience, ListDone done);
  void GetTemplates(const Audience& audience, ListDone done);
  void GetPrompts(const Audience& audience, ListDone done);
  void GetInstructions(const Audience& audience,
                       std::function<void(StatusOr<std::shared_ptr<const std::string>>)> done);
  /// The tool of this name, also one above the audience's access; null when there is none.
  void FindTool(const Audience& audience, std::string name,
                std::function<void(StatusOr<FoundTool>)> done);
  /// What `tenant` sees may have changed: whoever asks from now on gets what is fetched from now
  /// on.
  void Invalidate(const std::string& tenant);
  Caching caching() const { return {limits_.client_ttl, limits_.shared}; }

 private:
  using Lists = FreshCache<PreparedList>;
  using Tools = FreshCache<ToolCatalogue>;

  template <typename Item>
  Lists::Fetch ListFetch(std::string_view member,
                         void (ToolProvider::*fetch)(const Audience&,
                                                     ToolProvider::Done<std::vector<Item>>),
                         std::string (*render)(const Item&, Shape));
  void FetchTools(const Audience& audience, Tools::Value previous, Tools::Done done);
  PreparedList::Options OptionsOf(std::string_view member, std::string revision) const;

  ToolProvider& provider_;
  const Wire& wire_;
  Observer& observer_;
  const CatalogueLimits limits_;
  Tools tools_;
  Lists resources_;
  Lists templates_;
  Lists prompts_;
  FreshCache<std::string> instructions_;
};

}  // namespace bw::gateway
