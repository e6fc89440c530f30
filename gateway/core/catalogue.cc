#include "gateway/core/catalogue.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "common/base64/base64.h"
#include "common/json/json.h"

namespace bw::gateway {
namespace {

constexpr std::size_t kMaxCursorBytes = 512;

StatusOr<json::Json> ReadSchema(std::string_view schema) {
  BW_ASSIGN_OR_RETURN(json::Json document, json::Parse(schema));
  if (json::GetString(document, "type") != "object") {
    return InvalidArgument("a schema's root is not of type object");
  }
  return document;
}

// What is known of a tool that clients can read.
StatusOr<ToolFacts> ReadTool(const Tool& tool) {
  if (tool.name.empty()) return InvalidArgument("the tool has no name");
  BW_ASSIGN_OR_RETURN(const json::Json input, ReadSchema(tool.input_schema_json));
  if (!tool.output_schema_json.empty()) {
    BW_RETURN_IF_ERROR(ReadSchema(tool.output_schema_json).status());
  }
  ToolFacts facts;
  facts.access = tool.access;
  // Clients leave out tools whose headers they cannot make.
  BW_ASSIGN_OR_RETURN(facts.header_parameters, ReadHeaderParameters(input));
  return facts;
}

// Of what does not vary with the access, one is kept.
Audience WithAnyAccess(Audience audience) {
  audience.access = Access::kAdmin;
  return audience;
}

}  // namespace

std::string PreparedList::CursorOf(std::size_t page) const {
  return Base64UrlEncode(std::to_string(page) + "/" + options_.revision);
}

std::vector<std::string> PreparedList::BuildPages(Shape shape) const {
  const std::vector<std::string> items = render_(shape);
  std::vector<std::string> results;
  std::size_t begin = 0;
  do {
    const std::size_t end = std::min(items.size(), begin + options_.page_size);
    ObjectWriter members;
    const std::span<const std::string> page(items.data() + begin, end - begin);
    members.Raw(options_.member, JoinArray(page));
    if (end < items.size()) members.Text("nextCursor", CursorOf(results.size() + 1));
    results.push_back(wire_.CloseResult(shape, std::move(members), options_.caching));
    begin = end;
  } while (begin < items.size());
  return results;
}

StatusOr<std::string_view> PreparedList::Page(Shape shape,
                                              std::optional<std::string_view> cursor) const {
  Pages& pages = pages_[static_cast<int>(shape)];
  std::call_once(pages.once, [&] { pages.results = BuildPages(shape); });
  if (!cursor) return std::string_view(pages.results.front());
  const Status unknown = InvalidArgument("cursor was not handed out for this list, or it changed");
  if (cursor->size() > kMaxCursorBytes) return unknown;
  const std::string text = Base64UrlDecode(*cursor).value_or("");
  std::size_t page = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), page);
  if (parsed.ec != std::errc() || page == 0 || page >= pages.results.size()) return unknown;
  if (*cursor != CursorOf(page)) return unknown;
  return std::string_view(pages.results[page]);
}

ToolCatalogue::ToolCatalogue(const Wire& wire, const PreparedList::Options& options,
                             std::vector<KnownTool> tools)
    : revision_(options.revision) {
  for (KnownTool& known : tools) facts_.try_emplace(known.tool.name, std::move(known.facts));
  const auto shared = std::make_shared<const std::vector<KnownTool>>(std::move(tools));
  for (int level = 0; level < kAccessCount; ++level) {
    PreparedList::Options own = options;
    // A cursor counts pages, which differ.
    own.revision += "/" + std::to_string(level);
    lists_[level] = std::make_unique<const PreparedList>(wire, std::move(own), [=](Shape shape) {
      std::vector<std::string> rendered;
      for (const KnownTool& known : *shared) {
        const bool shown = static_cast<int>(known.tool.access) <= level;
        if (shown) rendered.push_back(ToolJson(known.tool, shape));
      }
      return rendered;
    });
  }
}

const ToolFacts* ToolCatalogue::Find(std::string_view name) const {
  const auto found = facts_.find(name);
  return found == facts_.end() ? nullptr : &found->second;
}

Catalogue::Catalogue(ToolProvider& provider, const Wire& wire, const Clock& clock,
                     Observer& observer, CatalogueLimits limits)
    : provider_(provider),
      wire_(wire),
      observer_(observer),
      limits_(limits),
      tools_(
          clock, limits.freshness,
          [this](const Audience& audience, Tools::Value previous, Tools::Done done) {
            FetchTools(audience, std::move(previous), std::move(done));
          },
          [this](const Status& why) { observer_.CatalogueDegraded("tools", why); }),
      resources_(clock, limits.freshness,
                 ListFetch("resources", &ToolProvider::ListResources, &ResourceJson),
                 [this](const Status& why) { observer_.CatalogueDegraded("resources", why); }),
      templates_(clock, limits.freshness,
                 ListFetch("resourceTemplates", &ToolProvider::ListResourceTemplates,
                           &ResourceTemplateJson),
                 [this](const Status& why) { observer_.CatalogueDegraded("templates", why); }),
      prompts_(clock, limits.freshness,
               ListFetch("prompts", &ToolProvider::ListPrompts, &PromptJson),
               [this](const Status& why) { observer_.CatalogueDegraded("prompts", why); }),
      instructions_(
          clock, limits.freshness,
          [this](const Audience& audience, auto, FreshCache<std::string>::Done done) {
            provider_.GetInstructions(audience, [done](StatusOr<std::string> text) {
              if (!text.ok()) return done(text.status());
              done(std::make_shared<const std::string>(*std::move(text)));
            });
          },
          [this](const Status& why) { observer_.CatalogueDegraded("instructions", why); }) {}

void Catalogue::Invalidate(const std::string& tenant) {
  tools_.Invalidate(tenant);
  resources_.Invalidate(tenant);
  templates_.Invalidate(tenant);
  prompts_.Invalidate(tenant);
  instructions_.Invalidate(tenant);
}

PreparedList::Options Catalogue::OptionsOf(std::string_view member, std::string revision) const {
  return {member, std::move(revision), limits_.page_size, caching()};
}

template <typename Item>
Catalogue::Lists::Fetch Catalogue::ListFetch(
    std::string_view member,
    void (ToolProvider::*fetch)(const Audience&, ToolProvider::Done<std::vector<Item>>),
    std::string (*render)(const Item&, Shape)) {
  return [=, this](const Audience& audience, List, Lists::Done done) {
    (provider_.*fetch)(audience, [=, this](StatusOr<std::vector<Item>> items) {
      if (!items.ok()) return done(items.status());
      auto render_all = [render, items = *std::move(items)](Shape shape) {
        std::vector<std::string> rendered;
        for (const Item& item : items) rendered.push_back(render(item, shape));
        return rendered;
      };
      done(std::make_shared<const PreparedList>(wire_, OptionsOf(member, {}),
                                                std::move(render_all)));
    });
  };
}

void Catalogue::FetchTools(const Audience& audience, Tools::Value previous, Tools::Done done) {
  provider_.ListTools(audience, [this, previous, done](StatusOr<ToolList> list) {
    if (!list.ok()) return done(list.status());
    if (previous && !list->revision.empty() && previous->revision() == list->revision) {
      return done(previous);
    }
    std::vector<KnownTool> known;
    known.reserve(list->tools.size());
    for (Tool& tool : list->tools) {
      auto facts = ReadTool(tool);
      if (facts.ok()) {
        known.push_back({std::move(tool), *std::move(facts)});
      } else {
        observer_.ToolDropped(tool.name, facts.status());
      }
    }
    done(std::make_shared<const ToolCatalogue>(wire_, OptionsOf("tools", std::move(list->revision)),
                                               std::move(known)));
  });
}

void Catalogue::GetTools(const Audience& audience, ListDone done) {
  tools_.Get(WithAnyAccess(audience),
             [access = audience.access, done = std::move(done)](StatusOr<Tools::Value> tools) {
               if (!tools.ok()) return done(tools.status());
               done(List(*tools, &(*tools)->ListFor(access)));
             });
}

void Catalogue::GetResources(const Audience& audience, ListDone done) {
  resources_.Get(WithAnyAccess(audience), std::move(done));
}

void Catalogue::GetTemplates(const Audience& audience, ListDone done) {
  templates_.Get(WithAnyAccess(audience), std::move(done));
}

void Catalogue::GetPrompts(const Audience& audience, ListDone done) {
  prompts_.Get(WithAnyAccess(audience), std::move(done));
}

void Catalogue::GetInstructions(
    const Audience& audience,
    std::function<void(StatusOr<std::shared_ptr<const std::string>>)> done) {
  instructions_.Get(WithAnyAccess(audience), std::move(done));
}

void Catalogue::FindTool(const Audience& audience, std::string name,
                         std::function<void(StatusOr<FoundTool>)> done) {
  tools_.Get(WithAnyAccess(audience),
             [name = std::move(name), done = std::move(done)](StatusOr<Tools::Value> tools) {
               if (!tools.ok()) return done(tools.status());
               const ToolFacts* facts = (*tools)->Find(name);
               done(facts == nullptr ? FoundTool() : FoundTool(*tools, facts));
             });
}

}  // namespace bw::gateway
