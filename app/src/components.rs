//! Pieces of screens: values and signals go in, callbacks come out. They fetch nothing and know no
//! address.

mod chain_detail;
mod chain_head;
mod chain_table;
mod chart_bar;
mod chart_menus;
mod depth_switch;
mod drawing_bar;
mod drawing_menus;
mod exposure_head;
mod exposure_profile;
mod exposure_table;
mod feed_badge;
mod figure;
mod glossary;
mod key_sheet;
mod ladder;
mod layout_menu;
mod level_menu;
mod level_sheet;
mod market_clock;
mod menu;
mod news_bar;
mod notices;
mod opened;
mod palette;
mod pane_divider;
mod plan_compare;
mod plan_head;
mod plan_legs;
mod plan_order;
mod plan_size;
mod plan_outcomes;
mod plan_payoff;
mod plan_strip;
mod positions_head;
mod positions_list;
mod positions_table;
mod price_chart;
mod rail;
mod risk_grid;
mod screen_controls;
mod span_bar;
mod swatches;
mod symbol_search;
mod tab_bar;
mod tape_panel;
mod theme_switch;
mod toast;
mod tour;
mod volatility_curves;
mod volatility_days;
mod volatility_smile;
mod volatility_surface;
mod volatility_table;
mod volatility_term;
mod watch_menu;
mod watchlist;
mod wish;

pub(crate) use chain_detail::chain_detail;
pub(crate) use chain_head::{ChainHeadControls, StrikeFilter, chain_head, chain_tools};
pub(crate) use chain_table::{ChainControls, Trade, chain_table};
pub(crate) use chart_bar::{ChartBar, ChartControls, ChartMenus};
pub(crate) use depth_switch::DepthSwitch;
pub(crate) use drawing_bar::{DrawingBar, DrawingOptions};
pub(crate) use exposure_head::{
    ExposureChoice, ExposureControls, ExposureNow, exposure_figures, exposure_tools,
};
pub(crate) use exposure_profile::exposure_profile;
pub(crate) use exposure_table::exposure_table;
pub(crate) use feed_badge::FeedBadge;
pub(crate) use figure::figure;
pub(crate) use glossary::{Glossary, term};
pub(crate) use key_sheet::KeySheet;
pub(crate) use ladder::Ladder;
pub(crate) use layout_menu::LayoutControls;
pub(crate) use level_menu::{LevelMenuControls, level_menu};
pub(crate) use level_sheet::{LevelQuestion, LevelSheet};
pub(crate) use market_clock::MarketClock;
pub(crate) use menu::{Menu, loaded};
pub use news_bar::{News, NewsOfPage, news_html};
pub(crate) use news_bar::{keep_news_current, news_bar, news_list};
pub(crate) use notices::{Notices, notice_list};
pub(crate) use opened::loaded_when;
pub(crate) use palette::{Named, PaletteControls, palette};
pub(crate) use pane_divider::pane_divider;
pub(crate) use plan_compare::{COMPARED_MAX, Compared, plan_compare};
pub(crate) use plan_head::{
    OtherOdds, PlanControls, PlanNow, plan_beginning, plan_head, plan_notation, plan_tools,
};
pub(crate) use plan_legs::plan_legs;
pub(crate) use plan_outcomes::plan_outcomes;
pub(crate) use plan_payoff::plan_payoff;
pub(crate) use plan_strip::{StripControls, plan_strip};
pub(crate) use positions_head::{PositionsControls, PositionsSum, positions_head, positions_tools};
pub(crate) use positions_list::{ListControls, positions_list};
pub(crate) use positions_table::{PositionRow, PositionWish, RowValue, positions_table};
pub(crate) use price_chart::{
    AllCharts, ChartFeed, ChartHistory, DrawingControls, DrawingWish, LegendControls, Legends,
    OlderPage, OneChart, PriceChart, is_computed, is_motion_reduced,
};
pub(crate) use rail::{Rail, RailControls};
pub(crate) use risk_grid::{RiskChoice, RiskNow, risk_grid};
pub(crate) use span_bar::SpanBar;
pub(crate) use swatches::own_color;
pub(crate) use symbol_search::SymbolSearch;
pub(crate) use tab_bar::{Pane, TabBar};
pub(crate) use tape_panel::{TapeControls, TapePanel, open_behind, tape_panel};
pub(crate) use theme_switch::ThemeSwitch;
pub(crate) use toast::{Toast, ToastText};
pub(crate) use tour::{Tour, TourControls, tour_card, tour_offer};
pub(crate) use volatility_curves::{SmileOf, volatility_curves};
pub(crate) use volatility_days::VolatilityDaysSignal;
pub(crate) use volatility_table::{VolatilityControls, volatility_table};
pub(crate) use watch_menu::{WatchMenuControls, WatchWish, watch_menu};
pub(crate) use watchlist::{WatchControls, WatchRow, Watchlist};
