// Made by `make types` of docs/openapi.json, SHA-256 fd8b912f30b34719f0e0366a318a14f80c88fe247cc773f34759848b2768e724; not to be edited.

export interface paths {
    "/access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["explain_access_api_v1_access_explain_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/arrivals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["read_arrivals_api_v1_arrivals_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_assets_api_v1_assets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_asset_api_v1_assets__sha1__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["fetch_derivative_api_v1_assets__sha1___name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/{name}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["download_derivative_api_v1_assets__sha1___name__download_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_asset_comments_api_v1_assets__sha1__comments_get"];
        put?: never;
        post: operations["add_comment_api_v1_assets__sha1__comments_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/copies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_copies_api_v1_assets__sha1__copies_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/frame": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["fetch_frame_api_v1_assets__sha1__frame_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/mentionable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_mentionable_api_v1_assets__sha1__mentionable_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_metadata_api_v1_assets__sha1__metadata_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["edit_metadata_api_v1_assets__sha1__metadata_patch"];
        trace?: never;
    };
    "/assets/{sha1}/metadata/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_history_api_v1_assets__sha1__metadata_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/original": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["download_original_api_v1_assets__sha1__original_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/original/excerpt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["download_excerpt_api_v1_assets__sha1__original_excerpt_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/rights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["explain_rights_api_v1_assets__sha1__rights_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/subclips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_subclips_of_asset_api_v1_assets__sha1__subclips_get"];
        put?: never;
        post: operations["create_subclip_of_asset_api_v1_assets__sha1__subclips_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["add_tag_api_v1_assets__sha1__tags_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/tags/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_tag_api_v1_assets__sha1__tags__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_versions_api_v1_assets__sha1__versions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/versions/make-current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["make_version_current_api_v1_assets__sha1__versions_make_current_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/versions/split": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["split_version_api_v1_assets__sha1__versions_split_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/versions/stack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["stack_versions_api_v1_assets__sha1__versions_stack_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/versions/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undo_versions_api_v1_assets__sha1__versions_undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/workflow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_asset_workflow_api_v1_assets__sha1__workflow_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/workflow/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_asset_history_api_v1_assets__sha1__workflow_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{sha1}/workflow/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["move_asset_api_v1_assets__sha1__workflow_move_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["count_assets_api_v1_assets_count_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_collections_api_v1_collections_get"];
        put?: never;
        post: operations["create_collection_api_v1_collections_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_collection_api_v1_collections__collection__get"];
        put?: never;
        post?: never;
        delete: operations["delete_collection_api_v1_collections__collection__delete"];
        options?: never;
        head?: never;
        patch: operations["change_collection_api_v1_collections__collection__patch"];
        trace?: never;
    };
    "/collections/{collection}/exclusions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_exclusions_api_v1_collections__collection__exclusions_get"];
        put?: never;
        post: operations["exclude_assets_api_v1_collections__collection__exclusions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_collection_api_v1_collections__collection__export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_items_api_v1_collections__collection__items_get"];
        put?: never;
        post: operations["add_items_api_v1_collections__collection__items_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/items/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["move_items_api_v1_collections__collection__items_move_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/items/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["remove_items_api_v1_collections__collection__items_remove_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/items/sort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["sort_items_api_v1_collections__collection__items_sort_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["move_collection_api_v1_collections__collection__move_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/pins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pin_assets_api_v1_collections__collection__pins_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collection}/rights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_rights_api_v1_collections__collection__rights_get"];
        put: operations["grant_right_api_v1_collections__collection__rights_put"];
        post?: never;
        delete: operations["revoke_right_api_v1_collections__collection__rights_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_comments_api_v1_comments_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_comment_api_v1_comments__number__get"];
        put?: never;
        post?: never;
        delete: operations["delete_comment_api_v1_comments__number__delete"];
        options?: never;
        head?: never;
        patch: operations["edit_comment_api_v1_comments__number__patch"];
        trace?: never;
    };
    "/comments/{number}/drawing.svg": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_drawing_api_v1_comments__number__drawing_svg_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/{number}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["reopen_comment_api_v1_comments__number__reopen_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/{number}/replies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["reply_to_comment_api_v1_comments__number__replies_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/{number}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resolve_comment_api_v1_comments__number__resolve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["export_comments_api_v1_comments_export_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["find_comments_api_v1_comments_find_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_comments_api_v1_comments_import_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/mentions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_mentions_api_v1_comments_mentions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/mentions/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["read_mentions_api_v1_comments_mentions_read_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/derivatives/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["start_check_api_v1_derivatives_check_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/derivatives/check/{check}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["read_check_api_v1_derivatives_check__check__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_duplicates_api_v1_duplicates_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/duplicates/dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["dismiss_pair_api_v1_duplicates_dismiss_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/duplicates/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["reopen_pair_api_v1_duplicates_reopen_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_edits_api_v1_edits_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/edits/{number}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undo_edit_api_v1_edits__number__undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_events_api_v1_events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_event_kinds_api_v1_events_kinds_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["stream_events_api_v1_events_stream_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/subscribers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_subscribers_api_v1_events_subscribers_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/subscribers/{name}/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["skip_event_api_v1_events_subscribers__name__skip_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["count_api_v1_facets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_failures_api_v1_failures_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/filters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_filters_api_v1_filters_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/filters/{name}/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_filter_values_api_v1_filters__name__values_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_folders_api_v1_folders_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_grants_api_v1_grants_get"];
        put?: never;
        post: operations["add_grant_api_v1_grants_post"];
        delete: operations["remove_grant_api_v1_grants_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["health_api_v1_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/importers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_importers_api_v1_importers_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_imports_api_v1_imports_get"];
        put?: never;
        post: operations["begin_import_api_v1_imports_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_import_api_v1_imports__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports/{number}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["cancel_import_api_v1_imports__number__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports/{number}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_import_files_api_v1_imports__number__files_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports/{number}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pause_import_api_v1_imports__number__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports/{number}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resume_import_api_v1_imports__number__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/indexes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_indexes_api_v1_indexes_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/indexes/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_index_requests_api_v1_indexes_requests_get"];
        put?: never;
        post: operations["request_index_work_api_v1_indexes_requests_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/indexes/requests/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_index_request_api_v1_indexes_requests__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/library/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["page_api_v1_library_assets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/library/buckets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["buckets_api_v1_library_buckets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/library/marks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["marks_api_v1_library_marks_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/library/sha1s": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["sha1s_api_v1_library_sha1s_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/machine-tags/precision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_machine_tag_precision_api_v1_machine_tags_precision_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/machine-tags/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["review_machine_tags_api_v1_machine_tags_review_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/machine-tags/terms/{term}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["set_machine_tag_term_api_v1_machine_tags_terms__term__patch"];
        trace?: never;
    };
    "/machine-tags/terms/{term}/moments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_machine_tag_moments_api_v1_machine_tags_terms__term__moments_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/machine-tags/verdicts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["judge_machine_tag_api_v1_machine_tags_verdicts_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/machine-tags/verdicts/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undo_machine_tag_verdict_api_v1_machine_tags_verdicts_undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/machine-tags/vocabularies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_machine_tag_vocabularies_api_v1_machine_tags_vocabularies_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/machine-tags/vocabularies/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["choose_machine_tag_vocabulary_api_v1_machine_tags_vocabularies__key__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_map_api_v1_map_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata/edit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["edit_many_api_v1_metadata_edit_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["export_metadata_api_v1_metadata_export_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_fields_api_v1_metadata_fields_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_metadata_api_v1_metadata_import_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_operations_api_v1_metadata_operations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata/operations/{operation}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undo_operation_api_v1_metadata_operations__operation__undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["preview_metadata_api_v1_metadata_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_models_api_v1_models_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["forget_model_api_v1_models__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/chosen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["choose_model_api_v1_models_chosen_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/panels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_panels_api_v1_panels_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prunes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_prunes_api_v1_prunes_get"];
        put?: never;
        post: operations["request_prune_api_v1_prunes_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prunes/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_prune_api_v1_prunes__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restore-estimates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["estimate_restore_api_v1_restore_estimates_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_restores_api_v1_restores_get"];
        put?: never;
        post: operations["request_restore_api_v1_restores_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restores/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_restore_api_v1_restores__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restores/{number}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_restore_files_api_v1_restores__number__files_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retry_api_v1_retry_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rights/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["check_timeline_api_v1_rights_check_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rights/licences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_licences_api_v1_rights_licences_get"];
        put?: never;
        post: operations["add_licence_api_v1_rights_licences_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rights/licences/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_licence_api_v1_rights_licences__name__get"];
        put?: never;
        post?: never;
        delete: operations["remove_licence_api_v1_rights_licences__name__delete"];
        options?: never;
        head?: never;
        patch: operations["edit_licence_api_v1_rights_licences__name__patch"];
        trace?: never;
    };
    "/rights/licences/{name}/attach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["attach_licence_api_v1_rights_licences__name__attach_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rights/licences/{name}/detach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["detach_licence_api_v1_rights_licences__name__detach_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rights/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_policy_api_v1_rights_policy_get"];
        put: operations["set_policy_api_v1_rights_policy_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rights/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_terms_api_v1_rights_terms_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_scans_api_v1_scans_get"];
        put?: never;
        post: operations["submit_scan_api_v1_scans_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scans/{scan}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["follow_scan_api_v1_scans__scan__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scans/{scan}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["cancel_scan_api_v1_scans__scan__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scans/{scan}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pause_scan_api_v1_scans__scan__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scans/{scan}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resume_scan_api_v1_scans__scan__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_schema_api_v1_schema_get"];
        put: operations["apply_schema_api_v1_schema_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schema/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["check_schema_api_v1_schema_check_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schema/json-schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_json_schema_api_v1_schema_json_schema_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schema/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undo_schema_api_v1_schema_undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scopes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_scopes_api_v1_scopes_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["search_api_v1_search_get"];
        put?: never;
        post: operations["search_by_picture_api_v1_search_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_api_v1_search_export_get"];
        put?: never;
        post: operations["export_assets_api_v1_search_export_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["read_session_api_v1_session_get"];
        put?: never;
        post: operations["log_in_api_v1_session_post"];
        delete: operations["log_out_api_v1_session_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["begin_oidc_api_v1_session_oidc_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["complete_oidc_api_v1_session_oidc_callback_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_password_api_v1_session_password_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_own_tokens_api_v1_session_tokens_get"];
        put?: never;
        post: operations["create_own_token_api_v1_session_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/tokens/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revoke_own_token_api_v1_session_tokens__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/share-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["open_share_api_v1_share_sessions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/share-sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_share_session_api_v1_share_sessions_current_get"];
        put?: never;
        post?: never;
        delete: operations["leave_share_api_v1_share_sessions_current_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/share-sessions/needs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["show_needs_api_v1_share_sessions_needs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_shares_api_v1_shares_get"];
        put?: never;
        post: operations["create_share_api_v1_shares_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/shares/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_share_api_v1_shares__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["change_share_api_v1_shares__number__patch"];
        trace?: never;
    };
    "/shares/{number}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["renew_share_api_v1_shares__number__renew_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/shares/{number}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["revoke_share_api_v1_shares__number__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sidecars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_sidecars_api_v1_sidecars_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sidecars/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["discard_sidecars_api_v1_sidecars_discard_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sidecars/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_sidecar_places_api_v1_sidecars_places_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sidecars/places/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["set_sidecar_place_api_v1_sidecars_places__source__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sidecars/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["read_sidecars_api_v1_sidecars_read_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sidecars/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["write_sidecars_api_v1_sidecars_write_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_sources_api_v1_sources_get"];
        put?: never;
        post: operations["add_source_api_v1_sources_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_source_api_v1_sources__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources/{name}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["check_source_api_v1_sources__name__check_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources/{name}/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["notify_api_v1_sources__name__notifications_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["read_status_api_v1_status_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["read_storage_api_v1_storage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/subclips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_subclips_api_v1_subclips_get"];
        put?: never;
        post: operations["create_subclip_api_v1_subclips_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/subclips/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_subclip_api_v1_subclips__number__get"];
        put?: never;
        post?: never;
        delete: operations["delete_subclip_api_v1_subclips__number__delete"];
        options?: never;
        head?: never;
        patch: operations["edit_subclip_api_v1_subclips__number__patch"];
        trace?: never;
    };
    "/subclips/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["create_subclips_api_v1_subclips_bulk_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/subclips/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["delete_subclips_api_v1_subclips_delete_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/subclips/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_subclips_api_v1_subclips_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_sync_api_v1_sync_get"];
        put?: never;
        post: operations["start_sync_api_v1_sync_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["change_sync_api_v1_sync_patch"];
        trace?: never;
    };
    "/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_tags_api_v1_tags_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/throughput": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["read_throughput_api_v1_throughput_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_plans_api_v1_tiers_plans_get"];
        put?: never;
        post: operations["make_plan_api_v1_tiers_plans_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/plans/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_plan_api_v1_tiers_plans__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/plans/{number}/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_plan_actions_api_v1_tiers_plans__number__actions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/plans/{number}/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["apply_plan_api_v1_tiers_plans__number__apply_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/plans/{number}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["cancel_plan_api_v1_tiers_plans__number__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/plans/{number}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pause_plan_api_v1_tiers_plans__number__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/plans/{number}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resume_plan_api_v1_tiers_plans__number__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_tier_policies_api_v1_tiers_policies_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/policies/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_tier_policy_api_v1_tiers_policies__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_policy_in_force_api_v1_tiers_policy_get"];
        put: operations["apply_tier_policy_api_v1_tiers_policy_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/policy/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["check_tier_policy_api_v1_tiers_policy_check_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/standing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_standing_api_v1_tiers_standing_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/trash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_trash_api_v1_tiers_trash_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/trash/keep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["keep_files_api_v1_tiers_trash_keep_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tiers/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_usage_api_v1_tiers_usage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/timelines/match": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["match_timeline_api_v1_timelines_match_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_tokens_api_v1_tokens_get"];
        put?: never;
        post: operations["create_token_api_v1_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tokens/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revoke_token_api_v1_tokens__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_uploads_api_v1_uploads_get"];
        put?: never;
        post: operations["begin_upload_api_v1_uploads_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_upload_api_v1_uploads__number__get"];
        put?: never;
        post?: never;
        delete: operations["delete_upload_api_v1_uploads__number__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads/{number}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_upload_files_api_v1_uploads__number__files_get"];
        put?: never;
        post: operations["add_upload_file_api_v1_uploads__number__files_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads/{number}/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_upload_file_api_v1_uploads__number__files__file__get"];
        put?: never;
        post?: never;
        delete: operations["remove_upload_file_api_v1_uploads__number__files__file__delete"];
        options?: never;
        head?: never;
        patch: operations["send_upload_file_api_v1_uploads__number__files__file__patch"];
        trace?: never;
    };
    "/uploads/{number}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_upload_api_v1_uploads__number__import_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_users_api_v1_users_get"];
        put?: never;
        post: operations["add_user_api_v1_users_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_user_api_v1_users__name__delete"];
        options?: never;
        head?: never;
        patch: operations["change_user_api_v1_users__name__patch"];
        trace?: never;
    };
    "/users/{name}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["end_sessions_api_v1_users__name__sessions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["vectors_api_v1_vectors_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_verifications_api_v1_verifications_get"];
        put?: never;
        post: operations["start_verification_api_v1_verifications_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/versions/{sha1}/carry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["carry_times_api_v1_versions__sha1__carry_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/versions/{sha1}/playback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_playback_api_v1_versions__sha1__playback_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_vocabularies_api_v1_vocabularies_get"];
        put?: never;
        post: operations["create_vocabulary_api_v1_vocabularies_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_vocabulary_api_v1_vocabularies__vocabulary__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["update_vocabulary_api_v1_vocabularies__vocabulary__patch"];
        trace?: never;
    };
    "/vocabularies/{vocabulary}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_vocabulary_api_v1_vocabularies__vocabulary__export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["find_terms_api_v1_vocabularies__vocabulary__find_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_vocabulary_api_v1_vocabularies__vocabulary__import_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_operations_api_v1_vocabularies__vocabulary__operations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_proposals_api_v1_vocabularies__vocabulary__proposals_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_terms_api_v1_vocabularies__vocabulary__terms_get"];
        put?: never;
        post: operations["add_term_api_v1_vocabularies__vocabulary__terms_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/terms/{term}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_term_api_v1_vocabularies__vocabulary__terms__term__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["edit_term_api_v1_vocabularies__vocabulary__terms__term__patch"];
        trace?: never;
    };
    "/vocabularies/{vocabulary}/terms/{term}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["approve_term_api_v1_vocabularies__vocabulary__terms__term__approve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/terms/{term}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["merge_term_api_v1_vocabularies__vocabulary__terms__term__merge_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/terms/{term}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["move_term_api_v1_vocabularies__vocabulary__terms__term__move_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/terms/{term}/rename": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rename_term_api_v1_vocabularies__vocabulary__terms__term__rename_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/terms/{term}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retire_term_api_v1_vocabularies__vocabulary__terms__term__retire_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vocabularies/{vocabulary}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undo_operation_api_v1_vocabularies__vocabulary__undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_webhooks_api_v1_webhooks_get"];
        put?: never;
        post: operations["add_webhook_api_v1_webhooks_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_webhook_api_v1_webhooks__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_deliveries_api_v1_webhooks__name__deliveries_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["disable_webhook_api_v1_webhooks__name__disable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["enable_webhook_api_v1_webhooks__name__enable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["replay_webhook_api_v1_webhooks__name__replay_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotate_webhook_api_v1_webhooks__name__rotate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["test_webhook_api_v1_webhooks__name__test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_workflow_api_v1_workflow_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["apply_definition_api_v1_workflow_apply_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["assign_assets_api_v1_workflow_assign_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["check_definition_api_v1_workflow_check_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_definitions_api_v1_workflow_definitions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/definitions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_definition_api_v1_workflow_definitions__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/due": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["set_due_dates_api_v1_workflow_due_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/moves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["move_assets_api_v1_workflow_moves_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_tasks_api_v1_workflow_tasks_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflow/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["try_definition_api_v1_workflow_try_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AcceptedBody
         * @description The same, and what it may cost.
         */
        AcceptedBody: {
            /** Accepted Cost */
            accepted_cost: number;
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Days
             * @default 7
             */
            days?: number;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /** @default bulk */
            speed?: components["schemas"]["Speed"];
            /**
             * Waiting
             * @default false
             */
            waiting?: boolean;
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * ActionKind
         * @description What is done for one content.
         * @enum {string}
         */
        ActionKind: "copy" | "reclass" | "delete";
        /**
         * ActionReport
         * @description One action of a plan.
         */
        ActionReport: {
            /** Detail */
            detail: string;
            /** Done At */
            done_at: number | null;
            /** Key */
            key: string;
            kind: components["schemas"]["ActionKind"];
            /** Number */
            number: number;
            /** Reason */
            reason: string;
            /** Rule */
            rule: string;
            /** Size */
            size: number;
            /** Source */
            source: string;
            state: components["schemas"]["ActionState"];
            /** Storage Class */
            storage_class: string;
        };
        /**
         * ActionState
         * @description How far an action is.
         * @enum {string}
         */
        ActionState: "waiting" | "queued" | "leaving" | "done" | "skipped" | "failed";
        /**
         * Allow
         * @description What guests of a link may do besides looking at what it shows.
         * @enum {string}
         */
        Allow: "comment" | "download" | "originals";
        /**
         * Amount
         * @description Files and their bytes.
         */
        Amount: {
            /**
             * Bytes
             * @default 0
             */
            bytes: number;
            /**
             * Files
             * @default 0
             */
            files: number;
        };
        /**
         * Applied
         * @description A definition that was applied.
         */
        Applied: {
            /** Begun */
            begun: number;
            /** Key */
            key: string;
            /** Moved */
            moved: number;
            /** Version */
            version: number;
        };
        /**
         * ApplyBody
         * @description How a plan is applied.
         */
        ApplyBody: {
            /**
             * Accepts Cost
             * @default false
             */
            accepts_cost?: boolean;
        };
        /**
         * ApplyRequest
         * @description A schema that is to be applied.
         */
        ApplyRequest: {
            /**
             * Clear
             * @description Fields whose values are cleared where they do not fit.
             * @default []
             */
            clear?: string[];
            /** @description As a schema file: an object with the list `field`. */
            fields?: components["schemas"]["Schema"] | null;
            /**
             * If Version
             * @description The version of the schema that it was made from.
             */
            if_version?: number | null;
            /**
             * Json Schema
             * @description As a JSON Schema.
             */
            json_schema?: {
                [key: string]: unknown;
            } | null;
            /**
             * Keep
             * @description Fields whose values stay, although they do not fit.
             * @default []
             */
            keep?: string[];
        };
        /**
         * Arrivals
         * @description What came in within some days.
         */
        Arrivals: {
            /** Days */
            days: string[];
            /** Sources */
            sources: components["schemas"]["SourceArrivals"][];
        };
        /**
         * ArrowShape
         * @description An arrow from the first point to the second.
         */
        ArrowShape: {
            /**
             * Color
             * @default #ff3b30
             */
            color?: string;
            /** Points */
            points: [
                [
                    number,
                    number
                ],
                [
                    number,
                    number
                ]
            ];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "arrow";
            /**
             * Width
             * @default 0.004
             */
            width?: number;
        };
        /**
         * AsideReport
         * @description A file that was not imported.
         */
        AsideReport: {
            /**
             * Detail
             * @default
             */
            detail: string;
            /** Path */
            path: string;
            /** Reason */
            reason: string;
        };
        /**
         * AssetCollection
         * @description A collection that an asset is in.
         */
        AssetCollection: {
            /** Id */
            id: number;
            /** Item */
            item: number;
            /** Path */
            path: string[];
            /**
             * Subclip
             * @default null
             */
            subclip: number | null;
        };
        /**
         * AssetEdit
         * @description The same for one asset.
         */
        AssetEdit: {
            /**
             * Add
             * @description Fields with several values, and values to add.
             * @default {}
             */
            add?: {
                [key: string]: boolean | number | string | (boolean | number | string)[];
            };
            /**
             * Clear
             * @description Fields that are to have no value, whatever files and machines say.
             * @default []
             */
            clear?: string[];
            /**
             * If Version
             * @description By field: the version that the one who edits has read. If it has another one now, nothing is changed, and the answer (409) has both values.
             * @default {}
             */
            if_version?: {
                [key: string]: number;
            };
            /**
             * Remove
             * @description Fields with several values, and values to take away.
             * @default {}
             */
            remove?: {
                [key: string]: boolean | number | string | (boolean | number | string)[];
            };
            /**
             * Set
             * @description Fields and their new values.
             * @default {}
             */
            set?: {
                [key: string]: boolean | number | string | (boolean | number | string)[];
            };
            /**
             * Unset
             * @description Fields about which people say nothing any more: the file, or a machine, counts.
             * @default []
             */
            unset?: string[];
        };
        /**
         * AssetMarks
         * @description The ratings and labels of some assets.
         */
        AssetMarks: {
            /** Marks */
            marks: {
                [key: string]: components["schemas"]["Mark"][];
            };
        };
        /**
         * AssetMetadata
         * @description What is known of one asset, field by field.
         */
        AssetMetadata: {
            /** Fields */
            fields: components["schemas"]["ValueReport"][];
            /** Schema Version */
            schema_version: number;
            /** Sha1 */
            sha1: string;
        };
        /**
         * AssetPage
         * @description A part of a list.
         */
        AssetPage: {
            /** Assets */
            assets: components["schemas"]["Video"][];
            /** First */
            first: number;
            /**
             * Marks
             * @default {}
             */
            marks: {
                [key: string]: components["schemas"]["Mark"][];
            };
            /** Stamp */
            stamp: string;
            /** Total */
            total: number;
        };
        /**
         * AssetRef
         * @description An asset, by the version that stands for it.
         */
        AssetRef: {
            /** Asset */
            asset: string;
            /** Name */
            name: string;
        };
        /**
         * AssetWorkflow
         * @description The same, with what can be done.
         */
        AssetWorkflow: {
            /** Asset */
            asset: string;
            /** Assignee */
            assignee: string | null;
            /** By */
            by: string | null;
            /** Due */
            due: string | null;
            /** Final */
            final: boolean;
            /** Label */
            label: string;
            /** Moves */
            moves: components["schemas"]["PossibleMove"][];
            /**
             * Overdue
             * @default false
             */
            overdue: boolean;
            /** Since */
            since: string | null;
            /** State */
            state: string;
            /** Workflow */
            workflow: string;
            /** Zone */
            zone: string | null;
        };
        /**
         * AssignBody
         * @description To whom assets are assigned.
         */
        AssignBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /** Assignee */
            assignee: string | null;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * Attached
         * @description What attaching a licence did.
         */
        Attached: {
            /** At */
            at: number;
            /** Changed */
            changed: number;
        };
        /**
         * Audience
         * @description Who sees a comment, of those who see its asset.
         * @enum {string}
         */
        Audience: "everyone" | "team";
        /**
         * AudioStream
         * @description One sound track.
         */
        AudioStream: {
            /**
             * Channel Names
             * @default []
             */
            channel_names: string[];
            /** Channels */
            channels: number;
            /** Codec */
            codec: string;
            /** Index */
            index: number;
            /** Language */
            language: string | null;
            /** Layout */
            layout: string | null;
            /**
             * Parts
             * @default []
             */
            parts: number[];
            /** Sample Rate */
            sample_rate: number;
        };
        /**
         * Availability
         * @description Whether a copy can be read now.
         * @enum {string}
         */
        Availability: "at_hand" | "restored" | "restoring" | "archived" | "offline" | "away" | "leaving" | "missing";
        /**
         * Blocked
         * @description How many assets cannot make a move for one reason, with examples.
         */
        Blocked: {
            /** Assets */
            assets: number;
            /**
             * Examples
             * @default []
             */
            examples: components["schemas"]["AssetRef"][];
            reason: components["schemas"]["Reason"];
            /** Transition */
            transition: string;
        };
        /**
         * Break
         * @description Values that a new schema would break, of one field, for one reason.
         */
        Break: {
            /**
             * Examples
             * @default []
             */
            examples: string[];
            /** Field */
            field: string;
            /** Reason */
            reason: string;
            /** Text */
            text: string;
            /** Values */
            values: number;
        };
        /**
         * BriefSubclip
         * @description A subclip in the details of its asset.
         */
        BriefSubclip: {
            /** End */
            end: number;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Start */
            start: number;
        };
        /**
         * Bucket
         * @description Assets that stand beside each other in a list.
         */
        Bucket: {
            /** Count */
            count: number;
            /** Key */
            key: string;
            /** Label */
            label: string;
        };
        /**
         * Buckets
         * @description The buckets of a list, in its order.
         */
        Buckets: {
            /** Buckets */
            buckets: components["schemas"]["Bucket"][];
            /** Stamp */
            stamp: string;
            /** Total */
            total: number;
        };
        /**
         * BulkBody
         * @description Subclips that are to be created, all or none.
         */
        BulkBody: {
            /** Subclips */
            subclips: components["schemas"]["SubclipBody"][];
        };
        /**
         * BulkRequest
         * @description An edit of many assets.
         */
        BulkRequest: {
            /**
             * Add
             * @description Fields with several values, and values to add.
             * @default {}
             */
            add?: {
                [key: string]: boolean | number | string | (boolean | number | string)[];
            };
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Clear
             * @description Fields that are to have no value, whatever files and machines say.
             * @default []
             */
            clear?: string[];
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Remove
             * @description Fields with several values, and values to take away.
             * @default {}
             */
            remove?: {
                [key: string]: boolean | number | string | (boolean | number | string)[];
            };
            /**
             * Set
             * @description Fields and their new values.
             * @default {}
             */
            set?: {
                [key: string]: boolean | number | string | (boolean | number | string)[];
            };
            /**
             * Unset
             * @description Fields about which people say nothing any more: the file, or a machine, counts.
             * @default []
             */
            unset?: string[];
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * CameraFacts
         * @description How a camera recorded a file, as the camera wrote it: for a film, at its start. None: the file does not say so.
         */
        CameraFacts: {
            /** Altitude */
            altitude: number | null;
            /** Aperture */
            aperture: number | null;
            /** Exposure Time */
            exposure_time: number | null;
            /** Focal Length */
            focal_length: number | null;
            /** Gamut */
            gamut: string | null;
            /** Iso */
            iso: number | null;
            /** Latitude */
            latitude: number | null;
            /** Lens */
            lens: string | null;
            /** Log Profile */
            log_profile: string | null;
            /** Longitude */
            longitude: number | null;
            /** Make */
            make: string | null;
            /** Model */
            model: string | null;
            /** Serial */
            serial: string | null;
        };
        /**
         * Card
         * @description The card structure that a file lies in.
         */
        Card: {
            /** Kind */
            kind: string;
            /** Root */
            root: string;
        };
        /**
         * CarryReport
         * @description The times of one request, in its order.
         */
        CarryReport: {
            /** Share */
            share: number | null;
            /** Source */
            source: string;
            /** Target */
            target: string;
            /** Times */
            times: components["schemas"]["dampipe__features__alignment__model__CarriedReport"][];
        };
        /**
         * Changed
         * @description How many assets a request changed.
         */
        Changed: {
            /** Changed */
            changed: number;
            /** Unchanged */
            unchanged: number;
        };
        /**
         * Charge
         * @description Money in one currency.
         */
        Charge: {
            /** Currency */
            currency: string;
            /**
             * Early Delete
             * @default 0
             */
            early_delete: number;
            /**
             * Egress
             * @default 0
             */
            egress: number;
            /**
             * Month
             * @default 0
             */
            month: number;
            /**
             * Requests
             * @default 0
             */
            requests: number;
        };
        /**
         * Checked
         * @description The result of a check. Counts are derivatives unless they say otherwise.
         */
        Checked: {
            /**
             * Again
             * @default 0
             */
            again: number;
            /**
             * Assets
             * @default 0
             */
            assets: number;
            /**
             * Busy
             * @default 0
             */
            busy: number;
            /**
             * Bytes
             * @default 0
             */
            bytes: number;
            /**
             * Damaged
             * @default 0
             */
            damaged: number;
            /**
             * First
             * @default 0
             */
            first: number;
            /**
             * Left
             * @description Not reached in the time given.
             */
            readonly left: number;
            /**
             * Lost
             * @default []
             */
            lost: components["schemas"]["LostDerivative"][];
            /**
             * Missing
             * @default 0
             */
            missing: number;
            /**
             * Orphan Bytes
             * @default 0
             */
            orphan_bytes: number;
            /**
             * Orphans
             * @default 0
             */
            orphans: number;
            /**
             * Sampled
             * @default 0
             */
            sampled: number;
            /**
             * Sampled Missing
             * @default 0
             */
            sampled_missing: number;
            /**
             * Seconds
             * @default 0
             */
            seconds: number;
            /**
             * Sound
             * @default 0
             */
            sound: number;
            /**
             * Suspicious
             * @default false
             */
            suspicious: boolean;
            /**
             * Unrepaired
             * @description Lost, and not being made again.
             */
            readonly unrepaired: number;
            /**
             * Wanted
             * @default 0
             */
            wanted: number;
        };
        /**
         * CheckedPolicy
         * @description A policy that could be applied.
         */
        CheckedPolicy: {
            /** Others */
            others: number;
            /** Rules */
            rules: components["schemas"]["CheckedRule"][];
        };
        /**
         * CheckedRule
         * @description What a rule finds now.
         */
        CheckedRule: {
            /** Assets */
            assets: number;
            /** Rule */
            rule: string;
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
        };
        /**
         * CheckRequest
         * @description The derivatives to check, and what to do about those that are lost.
         */
        CheckRequest: {
            /**
             * All
             * @default false
             */
            all?: boolean;
            /** Minutes */
            minutes?: number | null;
            /** Percent */
            percent?: number | null;
            /**
             * Repair
             * @default false
             */
            repair?: boolean;
            /**
             * What
             * @default []
             */
            what?: string[];
        };
        /**
         * CheckStarted
         * @description A check that workers will do.
         */
        CheckStarted: {
            /** Check */
            check: number;
        };
        /**
         * CheckState
         * @description A check that was requested, and its result once it is done.
         */
        CheckState: {
            /** Check */
            check: number;
            progress: components["schemas"]["Progress"] | null;
            /**
             * Reason
             * @default
             */
            reason: string;
            result: components["schemas"]["Checked"] | null;
            state: components["schemas"]["RunState"];
        };
        /**
         * ChosenBody
         * @description What is to be added: assets and subclips; and where it goes.
         */
        ChosenBody: {
            /** After */
            after?: number | null;
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /** Before */
            before?: number | null;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * First
             * @default false
             */
            first?: boolean;
            /**
             * Last
             * @default false
             */
            last?: boolean;
            /**
             * Subclips
             * @default []
             */
            subclips?: number[];
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * ClipMatch
         * @description A clip of a timeline, and what was found for it.
         */
        ClipMatch: {
            /**
             * Assets
             * @default []
             */
            assets: components["schemas"]["MatchedAsset"][];
            /**
             * Candidates
             * @default 0
             */
            candidates: number;
            how: components["schemas"]["How"] | null;
            /** Name */
            name: string;
            /** Number */
            number: number;
            /**
             * Path
             * @default
             */
            path: string;
            /**
             * Reel
             * @default
             */
            reel: string;
            state: components["schemas"]["MatchState"];
            sure: components["schemas"]["Sureness"] | null;
            /**
             * Timecode In
             * @default
             */
            timecode_in: string;
            /**
             * Timecode Out
             * @default
             */
            timecode_out: string;
            /**
             * Uses
             * @default 1
             */
            uses: number;
            /**
             * Why
             * @default
             */
            why: string;
        };
        /**
         * ClipRights
         * @description A clip of a timeline, and whether it may be used.
         */
        ClipRights: {
            clip: components["schemas"]["ClipMatch"];
            /**
             * Objections
             * @default []
             */
            objections: components["schemas"]["ObjectionReport"][];
            verdict: components["schemas"]["ClipVerdict"];
        };
        /**
         * ClipVerdict
         * @description What the licences say of a clip of a timeline.
         * @enum {string}
         */
        ClipVerdict: "allowed" | "warned" | "refused" | "unknown";
        /**
         * Cluster
         * @description Assets that were recorded in one cell of the map.
         */
        Cluster: {
            /** Assets */
            assets: number;
            /** Cover */
            cover: string;
            /** East */
            east: number;
            /** Latitude */
            latitude: number;
            /** Longitude */
            longitude: number;
            /** Name */
            name: string;
            /** North */
            north: number;
            /** South */
            south: number;
            /** West */
            west: number;
        };
        /**
         * CollectionChangeBody
         * @description What is to be different; what is left out stays.
         */
        CollectionChangeBody: {
            /** Cover */
            cover?: string | null;
            /** Description */
            description?: string | null;
            /** Filters */
            filters?: {
                [key: string]: string[];
            } | null;
            /** If Version */
            if_version?: number | null;
            /** Name */
            name?: string | null;
            /** Private */
            private?: boolean | null;
            /** Sort */
            sort?: string | null;
        };
        /**
         * CollectionGrantReport
         * @description A right on a collection.
         */
        CollectionGrantReport: {
            /** Granted At */
            granted_at: number;
            /** Granted By */
            granted_by: string;
            /** Inherited From */
            inherited_from: number | null;
            right: string;
            /** To */
            to: string;
        };
        /**
         * CollectionMoveBody
         * @description Where a collection goes: into another one, or to the top, and among the collections there.
         */
        CollectionMoveBody: {
            /** After */
            after?: number | null;
            /** Before */
            before?: number | null;
            /**
             * First
             * @default false
             */
            first?: boolean;
            /** If Version */
            if_version?: number | null;
            /**
             * Last
             * @default false
             */
            last?: boolean;
            /** Parent */
            parent?: number | null;
            /**
             * To Top
             * @default false
             */
            to_top?: boolean;
        };
        /**
         * CollectionReport
         * @description A collection, as far as the one who asks may know of it.
         */
        CollectionReport: {
            /** Changed At */
            changed_at: number;
            /** Changed By */
            changed_by: string;
            /** Cover */
            cover: string | null;
            /** Created At */
            created_at: number;
            /** Created By */
            created_by: string;
            /**
             * Description
             * @default
             */
            description: string;
            /** Edit */
            edit: number | null;
            /** Filters */
            filters: {
                [key: string]: string[];
            } | null;
            /** Id */
            id: number;
            /** Items */
            items: number | null;
            /** Name */
            name: string;
            /** Owner */
            owner: string | null;
            /** Parent */
            parent: number | null;
            /** Path */
            path: string[];
            /**
             * Private
             * @default false
             */
            private: boolean;
            right: string;
            /**
             * Sort
             * @default
             */
            sort: string;
            /** Version */
            version: number;
        };
        /**
         * CollectionsDeleted
         * @description How many collections were deleted: one with all below it.
         */
        CollectionsDeleted: {
            /** Deleted */
            deleted: number;
            /** Edit */
            edit: number | null;
        };
        /**
         * CommentBody
         * @description A comment or a marker on an asset.
         */
        CommentBody: {
            /** @default everyone */
            audience?: components["schemas"]["Audience"];
            /**
             * Color
             * @default
             */
            color?: string;
            drawing?: components["schemas"]["Drawing"] | null;
            /** End */
            end?: string | null;
            /** @default comment */
            kind?: components["schemas"]["CommentKind"];
            /**
             * Name
             * @default
             */
            name?: string;
            /** Start */
            start?: string | null;
            /**
             * Text
             * @default
             */
            text?: string;
        };
        /**
         * CommentKind
         * @description What is at a time.
         * @enum {string}
         */
        CommentKind: "comment" | "marker";
        /**
         * CommentPage
         * @description A page of threads.
         */
        CommentPage: {
            /** Comments */
            comments: components["schemas"]["CommentReport"][];
            /** Next */
            next: string | null;
            /** Open */
            open: number;
            /** Total */
            total: number;
        };
        /**
         * CommentReport
         * @description A comment or a marker, with its replies.
         */
        CommentReport: {
            /** Anchor */
            anchor: string | null;
            /** Asset */
            asset: string;
            /** Asset Name */
            asset_name: string;
            /** @default everyone */
            audience: components["schemas"]["Audience"];
            /** Author */
            author: string;
            /** Author Name */
            author_name: string;
            /**
             * Color
             * @default
             */
            color: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            drawing: components["schemas"]["Drawing"] | null;
            /** Edited At */
            edited_at: string | null;
            end: components["schemas"]["TimeReport"] | null;
            /** Id */
            id: number;
            /**
             * Is Guest
             * @default false
             */
            is_guest: boolean;
            /**
             * Is Mine
             * @default false
             */
            is_mine: boolean;
            kind: components["schemas"]["CommentKind"];
            /**
             * Mentions
             * @default []
             */
            mentions: string[];
            /**
             * Name
             * @default
             */
            name: string;
            now: components["schemas"]["dampipe__features__review__model__Place"] | null;
            /**
             * Replies
             * @default []
             */
            replies: components["schemas"]["ReplyReport"][];
            /** Resolved At */
            resolved_at: string | null;
            /** Resolved By */
            resolved_by: string | null;
            start: components["schemas"]["TimeReport"] | null;
            /** Text */
            text: string;
            /** Version */
            version: number;
        };
        /**
         * Copy
         * @description One side of a pair.
         */
        Copy: {
            /** Asset */
            asset: string;
            /** Codec */
            codec: string | null;
            /** Duration */
            duration: number | null;
            /**
             * End
             * @default 0
             */
            end: number;
            /** Height */
            height: number | null;
            /** Path */
            path: string;
            /**
             * Size
             * @default 0
             */
            size: number;
            /**
             * Start
             * @default 0
             */
            start: number;
            /** Width */
            width: number | null;
        };
        /**
         * CopyReport
         * @description A copy of a version.
         */
        CopyReport: {
            availability: components["schemas"]["Availability"];
            /** Cost */
            cost: number;
            /** Currency */
            currency: string;
            /** Damaged */
            damaged: boolean;
            /** Label */
            label: string;
            /** Leaves At */
            leaves_at: number | null;
            /** Place */
            place: string;
            /** Restored Until */
            restored_until: number | null;
            /** Retrievals */
            retrievals: components["schemas"]["Retrieval"][];
            /** Size */
            size: number;
            /** Source */
            source: string;
            /** Storage Class */
            storage_class: string;
            tier: components["schemas"]["Tier"];
            /** Verified At */
            verified_at: number | null;
        };
        /**
         * CostModel
         * @description What a source costs; an amount that is not stated is 0. A GB is 10^9 bytes, a month 30 days.
         */
        CostModel: {
            /**
             * Currency
             * @default USD
             */
            currency?: string;
            /**
             * Egress Gb
             * @default 0
             */
            egress_gb?: number;
            /**
             * Gb Month
             * @default 0
             */
            gb_month?: number;
            /**
             * Mb Per S
             * @default 0
             */
            mb_per_s?: number;
            /**
             * Minimum Days
             * @default 0
             */
            minimum_days?: number;
            /**
             * Read 1000
             * @default 0
             */
            read_1000?: number;
            /**
             * Retrieval
             * @default {}
             */
            retrieval?: {
                [key: string]: components["schemas"]["RetrievalCost"];
            };
            /**
             * Write 1000
             * @default 0
             */
            write_1000?: number;
        };
        /**
         * Counted
         * @description How many were changed.
         */
        Counted: {
            /** Count */
            count: number;
        };
        /**
         * Counts
         * @description The files of an import by outcome; the arithmetic of a receipt.
         */
        Counts: {
            /**
             * Adds Up
             * @description Whether every input has exactly one outcome.
             *
             *     >>> Counts(inputs=3, imported=2, already_there=1).adds_up, Counts(inputs=3, imported=2).adds_up
             *     (True, False)
             */
            readonly adds_up: boolean;
            /**
             * Already There
             * @default 0
             */
            already_there: number;
            /**
             * Done Bytes
             * @default 0
             */
            done_bytes: number;
            /**
             * Imported
             * @default 0
             */
            imported: number;
            /**
             * Input Bytes
             * @default 0
             */
            input_bytes: number;
            /**
             * Inputs
             * @default 0
             */
            inputs: number;
            /**
             * Metadata Used
             * @default 0
             */
            metadata_used: number;
            /**
             * Pending
             * @default 0
             */
            pending: number;
            /**
             * Set Aside
             * @default 0
             */
            set_aside: number;
            /**
             * Unexpected
             * @default 0
             */
            unexpected: number;
        };
        /**
         * Explanation
         * @description Why a user sees an asset, or does not.
         */
        dampipe__features__access__model__Explanation: {
            /** Asset */
            asset: string;
            /** Reasons */
            reasons: string[];
            role: string;
            /** User */
            user: string;
            /** Visible */
            visible: boolean;
        };
        /**
         * CarriedReport
         * @description Where one time is in the other version.
         */
        dampipe__features__alignment__model__CarriedReport: {
            after: components["schemas"]["TimeReport"] | null;
            before: components["schemas"]["TimeReport"] | null;
            carried: components["schemas"]["TimeReport"] | null;
            fate: components["schemas"]["Fate"];
            time: components["schemas"]["TimeReport"];
        };
        /**
         * Kept
         * @description Why a lost derivative is not made again now.
         * @enum {string}
         */
        dampipe__features__derivatives__model__Kept: "not_asked" | "no_file" | "busy" | "not_done";
        /**
         * Problem
         * @description What is wrong with a derivative.
         * @enum {string}
         */
        dampipe__features__derivatives__model__Problem: "missing" | "damaged";
        /**
         * FileState
         * @description What has become of an input file.
         * @enum {string}
         */
        dampipe__features__imports__model__FileState: "pending" | "imported" | "already_there" | "metadata_used" | "set_aside";
        /**
         * ImportReport
         * @description An import as lists, `show` and the API have it: once it is over, the receipt.
         */
        dampipe__features__imports__model__ImportReport: {
            /** Actor */
            actor: string;
            /** Adds Up */
            adds_up: boolean | null;
            counts: components["schemas"]["Counts"];
            /** Created At */
            created_at: number;
            /** Destinations */
            destinations: string[];
            /** Finished At */
            finished_at: number | null;
            /** Importer */
            importer: string;
            /**
             * Include
             * @default []
             */
            include: string[];
            /**
             * Manifests
             * @default []
             */
            manifests: components["schemas"]["Manifest"][];
            /** Number */
            number: number;
            /** Origin */
            origin: string;
            /** Pattern */
            pattern: string;
            phase: components["schemas"]["Phase"];
            /**
             * Problem
             * @default
             */
            problem: string;
            /**
             * Problem Code
             * @default
             */
            problem_code: string;
            progress: components["schemas"]["Progress"] | null;
            /**
             * Reasons
             * @default {}
             */
            reasons: {
                [key: string]: number;
            };
            /**
             * Safe To Format
             * @default false
             */
            safe_to_format: boolean;
            /** Scan */
            scan: number | null;
            state: components["schemas"]["SessionState"];
        };
        /**
         * EditReport
         * @description What an edit changed.
         */
        dampipe__features__metadata__model__EditReport: {
            /** Assets */
            assets: number;
            /** Changed */
            changed: number;
            /** Changes */
            changes: number;
            /** Operation */
            operation: number | null;
        };
        /**
         * HistoryEntry
         * @description One change of one field of an asset.
         */
        dampipe__features__metadata__model__HistoryEntry: {
            /** Actor */
            actor: string;
            /** After */
            after: (boolean | number | string)[];
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Before */
            before: (boolean | number | string)[];
            /**
             * Cleared
             * @default false
             */
            cleared: boolean;
            /** Field */
            field: string;
            /** Id */
            id: number;
            /** Kind */
            kind: string;
            /** Operation */
            operation: number;
            source: components["schemas"]["ValueSource"];
            /**
             * Undone
             * @default false
             */
            undone: boolean;
        };
        /**
         * ImportReport
         * @description What an import of a table changed, or would change.
         */
        dampipe__features__metadata__model__ImportReport: {
            /** Changed */
            changed: number;
            /** Changes */
            changes: number;
            /** Differences */
            differences: components["schemas"]["Difference"][];
            /** Errors */
            errors: number;
            /** Left */
            left: number;
            /** Operation */
            operation: number | null;
            /** Problems */
            problems: components["schemas"]["RowProblem"][];
            /** Refused */
            refused: boolean;
            /** Rows */
            rows: number;
        };
        /**
         * LeftAlone
         * @description A value that an undo did not restore.
         */
        dampipe__features__metadata__model__LeftAlone: {
            /** Field */
            field: string;
            /** Reason */
            reason: string;
            /** Sha1 */
            sha1: string | null;
        };
        /**
         * OperationReport
         * @description One change of values, of one asset or many.
         */
        dampipe__features__metadata__model__OperationReport: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Changes */
            changes: number;
            /** Id */
            id: number;
            /** Kind */
            kind: string;
            source: components["schemas"]["ValueSource"];
            /** Summary */
            summary: string;
            /** Undoes */
            undoes: number | null;
            /** Undone At */
            undone_at: string | null;
        };
        /**
         * SourceReport
         * @description What one source says of a field.
         */
        dampipe__features__metadata__model__SourceReport: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            source: components["schemas"]["ValueSource"];
            /** States */
            states: string[];
            /** Values */
            values: (boolean | number | string)[];
        };
        /**
         * EditBody
         * @description What is to be changed of a comment; what is not given stays.
         */
        dampipe__features__review__http__EditBody: {
            audience?: components["schemas"]["Audience"] | null;
            /** Color */
            color?: string | null;
            drawing?: components["schemas"]["Drawing"] | null;
            /** End */
            end?: string | null;
            /** If Version */
            if_version?: number | null;
            /** Name */
            name?: string | null;
            /**
             * No Drawing
             * @default false
             */
            no_drawing?: boolean;
            /** Start */
            start?: string | null;
            /** Text */
            text?: string | null;
            /**
             * Whole
             * @default false
             */
            whole?: boolean;
        };
        /**
         * Place
         * @description Where a comment is in the current version of its asset, or in the latest that is visible.
         */
        dampipe__features__review__model__Place: {
            after: components["schemas"]["TimeReport"] | null;
            before: components["schemas"]["TimeReport"] | null;
            end: components["schemas"]["TimeReport"] | null;
            fate: components["schemas"]["Fate"];
            /** Moved */
            moved: number | null;
            start: components["schemas"]["TimeReport"] | null;
            /**
             * Text
             * @default
             */
            text: string;
        };
        /**
         * Explanation
         * @description Whether an asset may be used in a way, and why.
         */
        dampipe__features__rights__reports__Explanation: {
            /** Allowed */
            allowed: boolean;
            /** Asset */
            asset: string;
            /**
             * Licences
             * @default []
             */
            licences: components["schemas"]["LicenceReport"][];
            /**
             * Medium
             * @default
             */
            medium: string;
            /** Name */
            name: string;
            /**
             * Objections
             * @default []
             */
            objections: components["schemas"]["ObjectionReport"][];
            /** On */
            on: string;
            /** Purpose */
            purpose: string;
            /** State */
            state: string;
            /**
             * Territory
             * @default
             */
            territory: string;
        };
        /**
         * Place
         * @description Where sidecars of a source are written.
         * @enum {string}
         */
        dampipe__features__sidecars__model__Place: "never" | "beside" | "tree";
        /**
         * SourceReport
         * @description A source and what is known of it. Counts are files.
         */
        dampipe__features__sources__model__SourceReport: {
            /**
             * @default {
             *       "currency": "USD",
             *       "egress_gb": 0,
             *       "gb_month": 0,
             *       "mb_per_s": 0,
             *       "minimum_days": 0,
             *       "read_1000": 0,
             *       "retrieval": {},
             *       "write_1000": 0
             *     }
             */
            cost: components["schemas"]["CostModel"];
            /**
             * Exclude
             * @default []
             */
            exclude: string[];
            /**
             * Include
             * @default []
             */
            include: string[];
            /**
             * Label
             * @default
             */
            label: string;
            /**
             * Managed
             * @default false
             */
            managed: boolean;
            /**
             * Missing
             * @default 0
             */
            missing: number;
            /** Name */
            name: string;
            /**
             * Path Maps
             * @default {}
             */
            path_maps: {
                [key: string]: string;
            };
            /**
             * Present
             * @default 0
             */
            present: number;
            /**
             * Reachable
             * @default true
             */
            reachable: boolean;
            /** Root */
            root: string;
            /** @default hot */
            tier: components["schemas"]["Tier"];
            /** @default footage */
            versions: components["schemas"]["VersionRule"];
        };
        /**
         * EditBody
         * @description What is to be changed; what is not given stays.
         */
        dampipe__features__subclips__http__EditBody: {
            /**
             * End
             * @description The first frame after it; without an end it is one frame.
             */
            end?: string | null;
            /**
             * Fields
             * @description Values by key of a field of the schema; null: none.
             * @default {}
             */
            fields?: {
                [key: string]: string | boolean | number | (string | boolean | number)[] | null;
            };
            /**
             * If Version
             * @description The version that the edit was made from.
             */
            if_version?: number | null;
            /**
             * Last
             * @description Instead of `end`: the last frame, which is part of it, as an out point is.
             */
            last?: string | null;
            /** Name */
            name?: string | null;
            /** Note */
            note?: string | null;
            /** Start */
            start?: string | null;
        };
        /**
         * CarriedReport
         * @description Where a subclip is in the current version of its asset.
         */
        dampipe__features__subclips__model__CarriedReport: {
            end: components["schemas"]["TimeReport"] | null;
            fate: components["schemas"]["Fate"];
            /**
             * Is Cut
             * @default false
             */
            is_cut: boolean;
            /** Moved */
            moved: number | null;
            start: components["schemas"]["TimeReport"] | null;
            /**
             * Text
             * @default
             */
            text: string;
        };
        /**
         * Kept
         * @description What was kept.
         */
        dampipe__features__tiers__http__moves__Kept: {
            /** Files */
            files: number;
        };
        /**
         * FileState
         * @description How far an archived file is.
         * @enum {string}
         */
        dampipe__features__tiers__restoring__model__FileState: "wanted" | "asked" | "ready" | "failed";
        /**
         * EditReport
         * @description One thing that an actor did.
         */
        dampipe__features__undo__model__EditReport: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Changes */
            changes: number;
            /** Id */
            id: number;
            /** Summary */
            summary: string;
            /** Undoes */
            undoes: number | null;
            /** Undone At */
            undone_at: string | null;
        };
        /**
         * LeftAlone
         * @description A row that an undo did not restore.
         */
        dampipe__features__undo__model__LeftAlone: {
            /** Reason */
            reason: string;
            /** What */
            what: string;
        };
        /**
         * OperationKind
         * @description Why versions went from one asset to another.
         * @enum {string}
         */
        dampipe__features__versions__model__OperationKind: "footage" | "path" | "stack" | "split";
        /**
         * OperationReport
         * @description What was done with versions, or undone.
         */
        dampipe__features__versions__model__OperationReport: {
            /** Actor */
            actor: string;
            /** Asset */
            asset: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            kept_by: components["schemas"]["Metadata"] | null;
            kind: components["schemas"]["dampipe__features__versions__model__OperationKind"];
            /**
             * Metadata
             * @default {}
             */
            metadata: {
                [key: string]: string;
            };
            /** Other */
            other: string;
            /**
             * Versions
             * @default []
             */
            versions: string[];
        };
        /**
         * EditBody
         * @description Labels and notes to be added and removed, as a client sends them.
         */
        dampipe__features__vocabularies__http__EditBody: {
            /**
             * Add
             * @default []
             */
            add?: components["schemas"]["LabelBody"][];
            /** Language */
            language?: string | null;
            /**
             * Notes
             * @default []
             */
            notes?: components["schemas"]["NoteBody"][];
            /**
             * Remove
             * @default []
             */
            remove?: string[];
        };
        /**
         * MoveBody
         * @description Another place.
         */
        dampipe__features__vocabularies__http__MoveBody: {
            /** Parent */
            parent: string | null;
            /** Position */
            position?: number | null;
        };
        /**
         * ImportReport
         * @description What an import has done, or would do.
         */
        dampipe__features__vocabularies__model__ImportReport: {
            /** Added */
            added: number;
            /** Changed */
            changed: number;
            /** Dry Run */
            dry_run: boolean;
            /**
             * Examples
             * @default []
             */
            examples: string[];
            /** Kept */
            kept: number;
            /**
             * Notices
             * @default []
             */
            notices: string[];
            operation: components["schemas"]["dampipe__features__vocabularies__model__OperationReport"] | null;
            /** Retired */
            retired: number;
            /** Unchanged */
            unchanged: number;
        };
        /**
         * OperationKind
         * @description What was done with terms.
         * @enum {string}
         */
        dampipe__features__vocabularies__model__OperationKind: "add" | "rename" | "edit" | "merge" | "move" | "retire" | "approve" | "import";
        /**
         * OperationReport
         * @description What was done with the terms of a vocabulary.
         */
        dampipe__features__vocabularies__model__OperationReport: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Id */
            id: number;
            kind: components["schemas"]["dampipe__features__vocabularies__model__OperationKind"];
            /** Summary */
            summary: string;
            /** Undone At */
            undone_at: string | null;
            /** Undone By */
            undone_by: string | null;
        };
        /**
         * MoveBody
         * @description The move of one asset.
         */
        dampipe__features__workflow__http__MoveBody: {
            /**
             * Comment
             * @default
             */
            comment?: string;
            /** Transition */
            transition: string;
        };
        /**
         * HistoryEntry
         * @description One thing that happened to an asset in the workflow.
         */
        dampipe__features__workflow__model__HistoryEntry: {
            /** Actor */
            actor: string;
            /** Assignee */
            assignee: string | null;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Comment
             * @default
             */
            comment: string;
            /** Due */
            due: string | null;
            /**
             * Source
             * @default
             */
            source: string;
            /**
             * To
             * @default
             */
            to: string;
            /**
             * Transition
             * @default
             */
            transition: string;
            /** What */
            what: string;
        };
        /**
         * Problem
         * @description What went wrong, and what to do next.
         */
        dampipe__kernel__faces__http__Problem: {
            /**
             * Code
             * @default
             */
            code: string;
            /** Detail */
            detail: string;
            /**
             * Hint
             * @default
             */
            hint: string;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
        };
        /**
         * DefinitionBody
         * @description A definition, and where assets go whose state it does not have.
         */
        DefinitionBody: {
            /**
             * Map
             * @default {}
             */
            map?: {
                [key: string]: string;
            };
            /** Toml */
            toml: string;
        };
        /**
         * DefinitionReport
         * @description A definition that comes with dampipe or was applied.
         */
        DefinitionReport: {
            /**
             * Active
             * @default false
             */
            active: boolean;
            /** Applied At */
            applied_at: string | null;
            /** Applied By */
            applied_by: string | null;
            /**
             * Help
             * @default
             */
            help: string;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Version */
            version: number | null;
        };
        /**
         * DefinitionText
         * @description A definition with its text.
         */
        DefinitionText: {
            /**
             * Active
             * @default false
             */
            active: boolean;
            /** Applied At */
            applied_at: string | null;
            /** Applied By */
            applied_by: string | null;
            /**
             * Help
             * @default
             */
            help: string;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Mermaid */
            mermaid: string;
            /** Toml */
            toml: string;
            /** Version */
            version: number | null;
        };
        /**
         * Delimiter
         * @description What stands between the cells of a row.
         * @enum {string}
         */
        Delimiter: "comma" | "semicolon" | "tab";
        /**
         * DeliveryReport
         * @description One entry of the log of deliveries.
         */
        DeliveryReport: {
            /** Attempts */
            attempts: number;
            /** Created At */
            created_at: number;
            /** Event */
            event: string;
            /** Name */
            name: string;
            /** Next At */
            next_at: number | null;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Seconds */
            seconds: number | null;
            /** Seq */
            seq: number;
            state: components["schemas"]["DeliveryState"];
            /** Status */
            status: number | null;
            /** Updated At */
            updated_at: number;
        };
        /**
         * DeliveryState
         * @description What has become of one event for one webhook.
         * @enum {string}
         */
        DeliveryState: "delivered" | "retrying" | "failed" | "cancelled";
        /**
         * Derivative
         * @description One stored file: where its bytes are, and the recipe that made them.
         */
        Derivative: {
            /** Checksum */
            checksum: string | null;
            /** Key */
            key: string;
            kind: components["schemas"]["DerivativeKind"];
            /** Media Type */
            media_type: string;
            /** Recipe */
            recipe: string;
            /** Size */
            size: number;
        };
        /**
         * DerivativeKind
         * @description The kinds of derivatives.
         * @enum {string}
         */
        DerivativeKind: "poster" | "sprite" | "sprite_vtt" | "frames" | "proxy" | "waveform" | "still" | "signatures";
        /**
         * DerivativeUsage
         * @description The derivatives of one kind.
         */
        DerivativeUsage: {
            /** Bytes */
            bytes: number;
            /** Files */
            files: number;
            /** Kind */
            kind: string;
        };
        /**
         * Description
         * @description What a file says about its contents: texts that people or programs have embedded, by properties of XMP.
         */
        Description: {
            /**
             * Properties
             * @default {}
             */
            properties: {
                [key: string]: string[];
            };
        };
        /**
         * DetachBody
         * @description The assets that lose a licence.
         */
        DetachBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Attached At
             * @description Only from those that got it from the one who asks at this time, as `attach` answered: undoes it.
             */
            attached_at?: number | null;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * Document
         * @description A reference to a document: a contract, an invoice. dampipe keeps the reference, not the document.
         */
        DetailDocument: {
            /** Reference */
            reference: string;
            /**
             * Title
             * @default
             */
            title: string;
        };
        /**
         * Group
         * @description The asset group of an asset.
         */
        DetailGroup: {
            kind: components["schemas"]["DetailGroupKind"];
            /** Members */
            members: components["schemas"]["DetailMember"][];
        };
        /**
         * GroupKind
         * @description Why the members of a group belong together. Where several reasons meet, the last one names the group.
         * @enum {string}
         */
        DetailGroupKind: "raw" | "live" | "chapters" | "burst";
        /**
         * ItemReport
         * @description Where an asset is in the workflow.
         */
        DetailItemReport: {
            /**
             * Assignee
             * @default null
             */
            assignee: string | null;
            /**
             * By
             * @default null
             */
            by: string | null;
            /**
             * Due
             * @default null
             */
            due: string | null;
            /** Final */
            final: boolean;
            /** Label */
            label: string;
            /**
             * Overdue
             * @default false
             */
            overdue: boolean;
            /** Since */
            since: string | null;
            /** State */
            state: string;
            /**
             * Zone
             * @default null
             */
            zone: string | null;
        };
        /**
         * LicenceReport
         * @description A licence, as lists and details show it.
         */
        DetailLicenceReport: {
            /**
             * Assets
             * @default null
             */
            assets: number | null;
            /**
             * Copyright
             * @default
             */
            copyright: string;
            /**
             * Credit
             * @default
             */
            credit: string;
            /**
             * Documents
             * @default null
             */
            documents: components["schemas"]["DetailDocument"][] | null;
            /**
             * Embargo
             * @default
             */
            embargo: string;
            /**
             * Ends At
             * @default null
             */
            ends_at: number | null;
            /**
             * Excluded Media
             * @default []
             */
            excluded_media: string[];
            /**
             * Excluded Territories
             * @default []
             */
            excluded_territories: string[];
            /**
             * Expires
             * @default
             */
            expires: string;
            /**
             * Licensee
             * @default
             */
            licensee: string;
            /**
             * Licensor
             * @default
             */
            licensor: string;
            /**
             * Media
             * @default []
             */
            media: string[];
            /** Name */
            name: string;
            /** Notice Days */
            notice_days: number[];
            /**
             * Purposes
             * @default []
             */
            purposes: string[];
            /**
             * Releases
             * @default null
             */
            releases: components["schemas"]["DetailPersonRelease"][] | null;
            /**
             * Starts
             * @default
             */
            starts: string;
            state: components["schemas"]["DetailLicenceState"];
            /**
             * Statement
             * @default
             */
            statement: string;
            /**
             * Subject
             * @default
             */
            subject: string;
            /**
             * Terms
             * @default
             */
            terms: string;
            /**
             * Territories
             * @default []
             */
            territories: string[];
            /** Title */
            title: string;
            /**
             * Url
             * @default
             */
            url: string;
            /** Zone */
            zone: string;
        };
        /**
         * LicenceState
         * @description What a licence, or those of an asset together, are now.
         * @enum {string}
         */
        DetailLicenceState: "active" | "expiring" | "expired" | "embargoed";
        /**
         * Member
         * @description A member of a group, as the API shows it.
         */
        DetailMember: {
            /** Asset */
            asset: string;
            /** Name */
            name: string;
            role: components["schemas"]["DetailRole"];
        };
        /**
         * OutboxState
         * @description What has become of wishes to write a sidecar.
         * @enum {string}
         */
        DetailOutboxState: "pending" | "written" | "read_only" | "away" | "conflict" | "failed";
        /**
         * PersonRelease
         * @description A release by a person who is shown, or of a property. Personal data belong into the document.
         */
        DetailPersonRelease: {
            kind: components["schemas"]["DetailReleaseKind"];
            /**
             * Reference
             * @default
             */
            reference: string;
            status: components["schemas"]["DetailReleaseStatus"];
        };
        /**
         * ReleaseKind
         * @description What a release is of.
         * @enum {string}
         */
        DetailReleaseKind: "model" | "property";
        /**
         * ReleaseStatus
         * @description How far a release goes, by the vocabularies of PLUS (MR-NON …, PR-NON …).
         * @enum {string}
         */
        DetailReleaseStatus: "none" | "not_applicable" | "unlimited" | "limited";
        /**
         * Role
         * @description What a member is in its group.
         * @enum {string}
         */
        DetailRole: "primary" | "raw" | "film" | "chapter" | "shot";
        /**
         * Details
         * @description All that is known of one asset. Features add fields of their own (`Feature.details`).
         */
        Details: {
            card: components["schemas"]["Card"] | null;
            collections: components["schemas"]["AssetCollection"][];
            group: components["schemas"]["DetailGroup"] | null;
            machine_tags: {
                [key: string]: unknown;
            }[];
            metadata: {
                [key: string]: string[];
            };
            open_comments: number;
            /** Replaces */
            replaces: string | null;
            /**
             * AssetRights
             * @description The licences of an asset, in its details.
             */
            rights: {
                /**
                 * Licences
                 * @default []
                 */
                licences?: components["schemas"]["DetailLicenceReport"][];
                /**
                 * State
                 * @default none
                 */
                state?: string;
            };
            /** Runs */
            runs: components["schemas"]["RunSummary"][];
            sidecar_states: components["schemas"]["DetailSidecarReport"][];
            /**
             * Sidecars
             * @default []
             */
            sidecars: string[];
            subclips: components["schemas"]["BriefSubclip"][];
            tags: string[];
            /**
             * Versions
             * @default []
             */
            versions: components["schemas"]["VersionSummary"][];
            video: components["schemas"]["Video"];
            workflow: components["schemas"]["DetailItemReport"] | null;
        };
        /**
         * SidecarReport
         * @description The sidecar of one file.
         */
        DetailSidecarReport: {
            /**
             * Fields
             * @default []
             */
            fields: string[];
            /** Path */
            path: string;
            /**
             * Problem
             * @default null
             */
            problem: string | null;
            /**
             * Reason
             * @default
             */
            reason: string;
            /** Sha1 */
            sha1: string;
            /**
             * Sidecar
             * @default null
             */
            sidecar: string | null;
            /**
             * Skipped
             * @default []
             */
            skipped: string[];
            /** @default null */
            state: components["schemas"]["DetailOutboxState"] | null;
            /**
             * Written At
             * @default null
             */
            written_at: string | null;
        };
        /**
         * Difference
         * @description What an edit changes in one field of one asset.
         */
        Difference: {
            /** After */
            after: (boolean | number | string)[];
            /** Before */
            before: (boolean | number | string)[];
            /** Field */
            field: string;
            /** Name */
            name: string;
            /** Sha1 */
            sha1: string;
        };
        /**
         * Disk
         * @description A disk or a share of the server's machine.
         */
        Disk: {
            /** Free */
            free: number;
            /** Holds */
            holds: string[];
            /**
             * Is Low
             * @default false
             */
            is_low: boolean;
            /** Path */
            path: string;
            /** Total */
            total: number;
        };
        /**
         * Document
         * @description A reference to a document: a contract, an invoice. dampipe keeps the reference, not the document.
         */
        Document: {
            /** Reference */
            reference: string;
            /**
             * Title
             * @default
             */
            title?: string;
        };
        /**
         * Drawing
         * @description What was drawn on a frame, in the order of drawing.
         */
        Drawing: {
            /** Shapes */
            shapes: (components["schemas"]["PathShape"] | components["schemas"]["ArrowShape"] | components["schemas"]["RectShape"] | components["schemas"]["EllipseShape"])[];
        };
        /**
         * DueBody
         * @description When assets are due.
         */
        DueBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /** Due */
            due: string | null;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
            /** Zone */
            zone?: string | null;
        };
        /**
         * Duplicates
         * @description The duplicates in a library.
         */
        Duplicates: {
            /**
             * Exact
             * @default []
             */
            exact: components["schemas"]["ExactDuplicate"][];
            /**
             * Near
             * @default []
             */
            near: components["schemas"]["NearDuplicate"][];
            /**
             * Unknown
             * @default 0
             */
            unknown: number;
            /**
             * Unsearched
             * @default 0
             */
            unsearched: number;
        };
        /**
         * DurationSource
         * @description What a duration was read from, the least reliable first.
         * @enum {string}
         */
        DurationSource: "header" | "packets" | "decoding";
        /**
         * Edited
         * @description What was done.
         */
        Edited: {
            /** Edit */
            edit: number | null;
        };
        /**
         * EllipseShape
         * @description The ellipse in the rectangle with these opposite corners.
         */
        EllipseShape: {
            /**
             * Color
             * @default #ff3b30
             */
            color?: string;
            /** Points */
            points: [
                [
                    number,
                    number
                ],
                [
                    number,
                    number
                ]
            ];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "ellipse";
            /**
             * Width
             * @default 0.004
             */
            width?: number;
        };
        /**
         * EmbeddedFilm
         * @description Where in a photograph's file the film is that was recorded with it: a whole MP4, in bytes of the file.
         */
        EmbeddedFilm: {
            /** Length */
            length: number;
            /** Offset */
            offset: number;
        };
        /**
         * Encoding
         * @description How the characters of a file are written as bytes.
         * @enum {string}
         */
        Encoding: "auto" | "utf-8" | "utf-16" | "cp1252" | "mac-roman";
        /**
         * Enqueued
         * @description A scan was submitted.
         */
        Enqueued: {
            /**
             * Absent
             * @default []
             */
            absent: string[];
            /**
             * Broker Problem
             * @default
             */
            broker_problem: string;
            /** Scan */
            scan: number;
        };
        /**
         * EnqueueRequest
         * @description Files and folders to scan: below the sources or the folders of the setting scan_roots.
         */
        EnqueueRequest: {
            /**
             * Accept Missing
             * @default false
             */
            accept_missing?: boolean;
            /** Paths */
            paths: string[];
            /**
             * Priority
             * @default 0
             */
            priority?: number;
            /**
             * Process
             * @default true
             */
            process?: boolean;
        };
        /**
         * Estimate
         * @description What a restore would do. Each asset counts one file, that of the version that stands for it.
         */
        Estimate: {
            /**
             * At Hand
             * @default 0
             */
            at_hand: number;
            /**
             * Bytes
             * @default 0
             */
            bytes: number;
            /**
             * Cost
             * @default {}
             */
            cost: {
                [key: string]: number;
            };
            /**
             * Egress
             * @default {}
             */
            egress: {
                [key: string]: number;
            };
            /**
             * Files
             * @default 0
             */
            files: number;
            /** Hours */
            hours: number | null;
            /**
             * Missing
             * @default 0
             */
            missing: number;
            /**
             * Offline
             * @default []
             */
            offline: components["schemas"]["Offline"][];
            /**
             * Restoring
             * @default 0
             */
            restoring: number;
        };
        /**
         * Event
         * @description One thing that happened.
         */
        Event: {
            /** Actor */
            actor: string;
            /** Asset */
            asset: number | null;
            /** At */
            at: number;
            /**
             * Data
             * @default {}
             */
            data: {
                [key: string]: unknown;
            };
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Seq */
            seq: number;
            /** Sha1 */
            sha1: string | null;
            /** Version */
            version: number;
        };
        /**
         * EventKindReport
         * @description One kind of events.
         */
        EventKindReport: {
            /** Is Audit */
            is_audit: boolean;
            /** Name */
            name: string;
            /** Summary */
            summary: string;
            /** Version */
            version: number;
        };
        /**
         * EventPage
         * @description Events in the order of their numbers.
         */
        EventPage: {
            /** Events */
            events: components["schemas"]["Event"][];
            horizon: components["schemas"]["Horizon"] | null;
            /** Next */
            next: number;
        };
        /**
         * ExactDuplicate
         * @description One content that several files have.
         */
        ExactDuplicate: {
            /** Asset */
            asset: string;
            /** Paths */
            paths: string[];
            /** Size */
            size: number;
        };
        /**
         * ExcludeBody
         * @description Which assets are never in a saved search.
         */
        ExcludeBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * Explained
         * @description The use that was in question; empty: not said.
         */
        Explained: {
            /**
             * Medium
             * @default
             */
            medium: string;
            /**
             * On
             * @default
             */
            on: string;
            /** Purpose */
            purpose: string;
            /**
             * Territory
             * @default
             */
            territory: string;
        };
        /**
         * ExportBody
         * @description Assets whose comments become markers of a timeline, and its use.
         */
        ExportBody: {
            /** Assets */
            assets: string[];
            format: components["schemas"]["Format"];
            /**
             * Medium
             * @default
             */
            medium?: string;
            /**
             * Reason
             * @default
             */
            reason?: string;
            /**
             * Team
             * @default true
             */
            team?: boolean;
            /**
             * Territory
             * @default
             */
            territory?: string;
            /**
             * Title
             * @default Comments
             */
            title?: string;
        };
        /**
         * Facet
         * @description What kind of thing a term names: its prompts are made accordingly.
         * @enum {string}
         */
        Facet: "subject" | "action" | "place" | "light" | "shot" | "plain";
        /**
         * FacetReport
         * @description The values of one field, with the number of assets that have each.
         */
        FacetReport: {
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Least */
            least: string | null;
            /** More */
            more: number;
            /** Most */
            most: string | null;
            type: components["schemas"]["FieldType"];
            /**
             * Unit
             * @default
             */
            unit: string;
            /** Values */
            values: components["schemas"]["FacetValue"][];
            /** Without */
            without: number;
        };
        /**
         * Facets
         * @description Counts by facet.
         */
        Facets: {
            /** Assets */
            assets: number;
            /** Facets */
            facets: components["schemas"]["FacetReport"][];
        };
        /**
         * FacetValue
         * @description One value of a facet.
         */
        FacetValue: {
            /** Assets */
            assets: number;
            /** Label */
            label: string;
            /**
             * Parent
             * @default
             */
            parent: string;
            /** Value */
            value: string;
        };
        /**
         * Failure
         * @description A run that failed (parked, or waiting for another attempt), or a file that failed its fixity check.
         */
        Failure: {
            /** Again At */
            again_at: number | null;
            /** Asset */
            asset: string | null;
            /** At */
            at: number | null;
            /**
             * Attempts
             * @default 0
             */
            attempts: number;
            /**
             * Code
             * @default
             */
            code: string;
            /**
             * Hint
             * @default
             */
            hint: string;
            /** Kind */
            kind: string;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
            /** Path */
            path: string;
            /** Reason */
            reason: string;
            /** Stage */
            stage: string;
        };
        /**
         * Fate
         * @description What becomes of a time.
         * @enum {string}
         */
        Fate: "carried" | "gone" | "pending";
        /**
         * FieldDeclaration
         * @description One field, as a schema file declares it.
         */
        FieldDeclaration: {
            /**
             * Choices
             * @default []
             */
            choices?: string[];
            /**
             * Facet
             * @default false
             */
            facet?: boolean;
            /**
             * Group
             * @default
             */
            group?: string;
            /**
             * Help
             * @default
             */
            help?: string;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Least */
            least?: number | null;
            /** Max Length */
            max_length?: number | null;
            /** Most */
            most?: number | null;
            /**
             * Multiple
             * @default false
             */
            multiple?: boolean;
            /** Pattern */
            pattern?: string | null;
            /**
             * Precedence
             * @default []
             */
            precedence?: components["schemas"]["ValueSource"][];
            /**
             * Renamed From
             * @default
             */
            renamed_from?: string;
            /**
             * Searchable
             * @default false
             */
            searchable?: boolean;
            /**
             * Sortable
             * @default false
             */
            sortable?: boolean;
            /** @default text */
            type?: components["schemas"]["FieldType"];
            /**
             * Union
             * @default false
             */
            union?: boolean;
            /**
             * Unit
             * @default
             */
            unit?: string;
            /**
             * Vocabulary
             * @default
             */
            vocabulary?: string;
            /**
             * Write
             * @default editor
             */
            write?: ("commenter" | "editor" | "manager" | "admin") | "none";
            /**
             * Xmp
             * @default
             */
            xmp?: string;
        };
        /**
         * FieldReport
         * @description One field.
         */
        FieldReport: {
            /**
             * Choices
             * @default []
             */
            choices: string[];
            /**
             * Facet
             * @default false
             */
            facet: boolean;
            /**
             * Group
             * @default
             */
            group: string;
            /**
             * Help
             * @default
             */
            help: string;
            /**
             * Is Fact
             * @default false
             */
            is_fact: boolean;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Least */
            least: number | null;
            /** Max Length */
            max_length: number | null;
            /**
             * May Write
             * @default false
             */
            may_write: boolean;
            /** Most */
            most: number | null;
            /**
             * Multiple
             * @default false
             */
            multiple: boolean;
            /**
             * Operators
             * @default []
             */
            operators: components["schemas"]["Operator"][];
            /**
             * Own Detail
             * @default false
             */
            own_detail: boolean;
            /** Pattern */
            pattern: string | null;
            /**
             * Searchable
             * @default false
             */
            searchable: boolean;
            /**
             * Sortable
             * @default false
             */
            sortable: boolean;
            type: components["schemas"]["FieldType"];
            /**
             * Unit
             * @default
             */
            unit: string;
            /**
             * Vocabulary
             * @default
             */
            vocabulary: string;
            /** Write */
            write: string | null;
            /**
             * Xmp
             * @default
             */
            xmp: string;
        };
        /**
         * FieldType
         * @description What a field holds.
         * @enum {string}
         */
        FieldType: "text" | "long_text" | "number" | "date" | "boolean" | "term" | "person" | "rating" | "label" | "url" | "asset";
        /**
         * FileFormat
         * @description The formats in which vocabularies are read and written.
         * @enum {string}
         */
        FileFormat: "turtle" | "xml" | "json-ld" | "nt" | "csv";
        /**
         * FilterReport
         * @description A filter field, as a face offers it.
         */
        FilterReport: {
            /**
             * Choices
             * @default []
             */
            choices: string[];
            /**
             * Example
             * @default
             */
            example: string;
            /** Help */
            help: string;
            /**
             * In Queries
             * @default
             */
            in_queries: string;
            /**
             * Is Ordered
             * @default false
             */
            is_ordered: boolean;
            /** Label */
            label: string;
            /** Multiple */
            multiple: boolean;
            /** Name */
            name: string;
            /**
             * Suggests
             * @default false
             */
            suggests: boolean;
        };
        /**
         * FindBody
         * @description Which threads are listed: of named assets, of those that pass filters, or of all.
         */
        FindBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Author
             * @default
             */
            author?: string;
            /** Before */
            before?: number | null;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Guests
             * @default false
             */
            guests?: boolean;
            kind?: components["schemas"]["CommentKind"] | null;
            /**
             * Limit
             * @default 100
             */
            limit?: number;
            /** Resolved */
            resolved?: boolean | null;
            /** Since */
            since?: string | null;
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * Finding
         * @description What was found.
         * @enum {string}
         */
        Finding: "ok" | "warning" | "failed" | "skipped";
        /**
         * FolderPage
         * @description Some folders, in the order of their names.
         */
        FolderPage: {
            /** After */
            after: string | null;
            /** Folders */
            folders: components["schemas"]["FolderReport"][];
        };
        /**
         * FolderReport
         * @description A source, or a folder in one, as far as the one who asks may know of it.
         */
        FolderReport: {
            /** Assets */
            assets: number;
            /** Has Folders */
            has_folders: boolean;
            /**
             * Is Source
             * @default false
             */
            is_source: boolean;
            /** Name */
            name: string;
            /** Path */
            path: string;
        };
        /**
         * Forgotten
         * @description What a removed source has held.
         */
        Forgotten: {
            /** Forgotten */
            forgotten: number;
        };
        /**
         * ForgottenVectors
         * @description What was removed with a model.
         */
        ForgottenVectors: {
            /** Vectors */
            vectors: number;
        };
        /**
         * Format
         * @description Format of a timeline file, by its suffix.
         * @enum {string}
         */
        Format: "otio" | "fcpxml" | "xml" | "edl" | "csv";
        /**
         * Found
         * @description A page of hits, best first.
         */
        Found: {
            /** Floor */
            floor: number | null;
            /**
             * Hits
             * @default []
             */
            hits: components["schemas"]["Hit"][];
            /**
             * More
             * @default false
             */
            more: boolean;
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
            /**
             * Weaker
             * @default 0
             */
            weaker: number;
        };
        /**
         * FramesReport
         * @description The frames of a version, counted from 0: n begins at `start` + n × `step` ticks, rounded, or as `steps` says.
         */
        FramesReport: {
            /** Base */
            base: string;
            /** Count */
            count: number;
            /** End */
            end: number;
            /**
             * Exact
             * @default true
             */
            exact: boolean;
            /** Rate */
            rate: string | null;
            /**
             * Shown
             * @default []
             */
            shown: number[];
            /** Start */
            start: number;
            /** Step */
            step: string | null;
            /**
             * Steps
             * @default []
             */
            steps: number[];
            /** Timecode */
            timecode: string | null;
        };
        /**
         * GrantBody
         * @description A right for a user, or for everybody with a role or a higher one.
         */
        GrantBody: {
            /** Right */
            right: string;
            /** To */
            to: string;
        };
        /**
         * GrantReport
         * @description What a user, or everybody with a role or a higher one, may see.
         */
        GrantReport: {
            /** To */
            to: string;
            /** What */
            what: string;
        };
        /**
         * GrantRequest
         * @description Who may see what.
         */
        GrantRequest: {
            /** To */
            to: string;
            /** What */
            what: string;
        };
        /**
         * Group
         * @description What a bucket holds.
         * @enum {string}
         */
        Group: "none" | "day" | "month" | "folder" | "camera";
        /**
         * GroupKind
         * @description Why the members of a group belong together. Where several reasons meet, the last one names the group.
         * @enum {string}
         */
        GroupKind: "raw" | "live" | "chapters" | "burst";
        /**
         * GuestEntered
         * @description A new session.
         */
        GuestEntered: {
            /** Allow */
            allow: components["schemas"]["Allow"][];
            /** Asset */
            asset: string | null;
            /** Collection */
            collection: number | null;
            /** Expires At */
            expires_at: number | null;
            /** Guest */
            guest: string;
            /** Message */
            message: string;
            /** Moves */
            moves: string[];
            /** Name */
            name: string;
            /** Secret */
            secret: string | null;
            /** Share */
            share: number;
        };
        /**
         * GuestNeeds
         * @description What a guest has to give to open a link.
         */
        GuestNeeds: {
            /** Guest */
            guest: boolean;
            /** Password */
            password: boolean;
        };
        /**
         * GuestRequest
         * @description What opens a link.
         */
        GuestRequest: {
            /**
             * Bearer
             * @default false
             */
            bearer?: boolean;
            /**
             * Guest
             * @default
             */
            guest?: string;
            /** Password */
            password?: string | null;
            /** Token */
            token: string;
        };
        /**
         * GuestSession
         * @description What a guest may see and do.
         */
        GuestSession: {
            /** Allow */
            allow: components["schemas"]["Allow"][];
            /** Asset */
            asset: string | null;
            /** Collection */
            collection: number | null;
            /** Expires At */
            expires_at: number | null;
            /** Guest */
            guest: string;
            /** Message */
            message: string;
            /** Moves */
            moves: string[];
            /** Name */
            name: string;
            /** Share */
            share: number;
        };
        /**
         * Health
         * @description Whether the server's parts answer: `ok`, or `down`. The reason stands in the server's log.
         */
        Health: {
            /** Broker */
            broker: string;
            /** Catalogue */
            catalogue: string;
            /** Version */
            version: string;
            /** Workers */
            workers: string;
        };
        /**
         * Hit
         * @description An asset that was found, with its best moments.
         */
        Hit: {
            /** Asset */
            asset: string;
            /** Duration */
            duration: number | null;
            group: components["schemas"]["HitGroup"] | null;
            kind: components["schemas"]["MediaKind"] | null;
            /**
             * Medium
             * @default
             */
            medium: string;
            /**
             * Moments
             * @default []
             */
            moments: components["schemas"]["Moment"][];
            /** Name */
            name: string;
            /**
             * Passages
             * @default []
             */
            passages: components["schemas"]["Passage"][];
            /** Path */
            path: string;
            /**
             * Recipes
             * @default {}
             */
            recipes: {
                [key: string]: string;
            };
            /** Score */
            score: number | null;
            /**
             * Weak
             * @default false
             */
            weak: boolean;
            /**
             * Words
             * @default []
             */
            words: string[];
        };
        /**
         * HitGroup
         * @description The group that a hit stands for.
         */
        HitGroup: {
            kind: components["schemas"]["GroupKind"];
            /** Members */
            members: number;
        };
        /**
         * Horizon
         * @description How far back the log reaches: of the events up to this one some were deleted.
         */
        Horizon: {
            /** At */
            at: number;
            /** Seq */
            seq: number;
        };
        /**
         * How
         * @description What an asset was found by, the surest first.
         * @enum {string}
         */
        How: "content" | "path" | "path_end" | "reel" | "name_and_timecode" | "name" | "stem" | "name_against_timecode";
        /**
         * ImportBody
         * @description What to import, and where to.
         */
        ImportBody: {
            /** Importer */
            importer: string;
            /**
             * Include
             * @default []
             */
            include?: string[];
            /** Origin */
            origin: string;
            /**
             * Pattern
             * @default
             */
            pattern?: string;
            /** To */
            to: string[];
        };
        /**
         * Imported
         * @description What an import did.
         */
        Imported: {
            /** Created */
            created: number;
            /**
             * Dry Run
             * @default false
             */
            dry_run: boolean;
            /** Replies */
            replies: number;
            /**
             * Skipped
             * @default []
             */
            skipped: components["schemas"]["ImportedClip"][];
            /** Unchanged */
            unchanged: number;
            /** Updated */
            updated: number;
        };
        /**
         * ImportedClip
         * @description A clip of a timeline whose markers were not imported, or not all.
         */
        ImportedClip: {
            /** Clip */
            clip: string;
            /** Markers */
            markers: number;
            /** Reason */
            reason: string;
        };
        /**
         * ImporterReport
         * @description A kind of origin that can be imported.
         */
        ImporterReport: {
            /** Default Pattern */
            default_pattern: string;
            /**
             * Fields
             * @default []
             */
            fields: string[];
            /**
             * Includes
             * @default []
             */
            includes: string[];
            /** Name */
            name: string;
            /** Names Files */
            names_files: boolean;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Summary */
            summary: string;
            /**
             * Takes Parts
             * @default false
             */
            takes_parts: boolean;
        };
        /**
         * ImportFileReport
         * @description One input file, as the receipt lists it.
         */
        ImportFileReport: {
            /**
             * Copies
             * @default []
             */
            copies: string[];
            /**
             * Detail
             * @default
             */
            detail: string;
            /** Number */
            number: number;
            /** Path */
            path: string;
            /**
             * Reason
             * @default
             */
            reason: string;
            /** Sha1 */
            sha1: string | null;
            /** Size */
            size: number;
            state: components["schemas"]["dampipe__features__imports__model__FileState"];
            /**
             * Verified At
             * @default []
             */
            verified_at: number[];
        };
        /**
         * IndexReport
         * @description The vector index of one model, compared with the catalogue. Counts are numbers of vectors.
         */
        IndexReport: {
            /**
             * Bytes
             * @default 0
             */
            bytes: number;
            /**
             * Damage
             * @default []
             */
            damage: string[];
            /** Kind */
            kind: string;
            /**
             * Missing
             * @default 0
             */
            missing: number;
            /** Model */
            model: string;
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Sound
             * @description Whether the index is complete and undamaged. Waiting and superfluous vectors are normal.
             */
            readonly sound: boolean;
            /**
             * Superfluous
             * @default 0
             */
            superfluous: number;
            /** Vectors */
            vectors: number;
            /**
             * Waiting
             * @default 0
             */
            waiting: number;
        };
        /**
         * IndexRequest
         * @description What is to be done with the vector indexes.
         */
        IndexRequest: {
            /**
             * Rebuild
             * @default false
             */
            rebuild?: boolean;
        };
        /**
         * IndexRequestState
         * @description How a check or a rebuild of the vector indexes stands.
         */
        IndexRequestState: {
            /** Created At */
            created_at: number;
            /** Finished At */
            finished_at: number | null;
            /**
             * Indexes
             * @default []
             */
            indexes: components["schemas"]["IndexReport"][];
            /** Number */
            number: number;
            progress: components["schemas"]["Progress"] | null;
            /**
             * Reason
             * @default
             */
            reason: string;
            /** Rebuild */
            rebuild: boolean;
            state: components["schemas"]["RunState"];
            /**
             * Waits For Worker
             * @default false
             */
            waits_for_worker: boolean;
        };
        /**
         * ItemPage
         * @description Items in their order.
         */
        ItemPage: {
            /** After */
            after: string | null;
            /** Items */
            items: components["schemas"]["ItemReport"][];
        };
        /**
         * ItemReport
         * @description One item of a collection.
         */
        ItemReport: {
            /** Added At */
            added_at: number | null;
            /**
             * Added By
             * @default
             */
            added_by: string;
            /** Asset */
            asset: string;
            /** Duration */
            duration: number | null;
            /** Id */
            id: number | null;
            /** Kind */
            kind: string | null;
            /** Name */
            name: string;
            /**
             * Pinned
             * @default false
             */
            pinned: boolean;
            subclip: components["schemas"]["SubclipRef"] | null;
            /** Version */
            version: number | null;
        };
        /**
         * ItemsChanged
         * @description How many items an edit changed.
         */
        ItemsChanged: {
            /** Changed */
            changed: number;
            /** Edit */
            edit: number | null;
        };
        /**
         * KeepBody
         * @description Files to keep.
         */
        KeepBody: {
            /** What */
            what: string[];
        };
        /**
         * LabelBody
         * @description A label, as a client sends it.
         */
        LabelBody: {
            /** @default preferred */
            kind?: components["schemas"]["LabelKind"];
            /**
             * Language
             * @default
             */
            language?: string;
            /** Text */
            text: string;
        };
        /**
         * LabelKind
         * @description What a label is for, as in SKOS.
         * @enum {string}
         */
        LabelKind: "preferred" | "alternative" | "hidden";
        /**
         * LabelReport
         * @description A label as faces show it.
         */
        LabelReport: {
            /** @default preferred */
            kind: components["schemas"]["LabelKind"];
            /**
             * Language
             * @default
             */
            language: string;
            /** Text */
            text: string;
        };
        /**
         * LeavingFile
         * @description A file in the trash: it is where it was, and is deleted when its time of grace is over.
         */
        LeavingFile: {
            /** Asset */
            asset: string;
            /**
             * Is Being Deleted
             * @default false
             */
            is_being_deleted: boolean;
            /** Leaves At */
            leaves_at: number;
            /** Path */
            path: string;
            /** Plan */
            plan: number | null;
            /**
             * Rule
             * @default
             */
            rule: string;
            /** Size */
            size: number;
            /** Source */
            source: string;
        };
        /**
         * LicenceReport
         * @description A licence, as lists and details show it.
         */
        LicenceReport: {
            /** Assets */
            assets: number | null;
            /**
             * Copyright
             * @default
             */
            copyright: string;
            /**
             * Credit
             * @default
             */
            credit: string;
            /** Documents */
            documents: components["schemas"]["Document"][] | null;
            /**
             * Embargo
             * @default
             */
            embargo: string;
            /** Ends At */
            ends_at: number | null;
            /**
             * Excluded Media
             * @default []
             */
            excluded_media: string[];
            /**
             * Excluded Territories
             * @default []
             */
            excluded_territories: string[];
            /**
             * Expires
             * @default
             */
            expires: string;
            /**
             * Licensee
             * @default
             */
            licensee: string;
            /**
             * Licensor
             * @default
             */
            licensor: string;
            /**
             * Media
             * @default []
             */
            media: string[];
            /** Name */
            name: string;
            /** Notice Days */
            notice_days: number[];
            /**
             * Purposes
             * @default []
             */
            purposes: string[];
            /** Releases */
            releases: components["schemas"]["PersonRelease"][] | null;
            /**
             * Starts
             * @default
             */
            starts: string;
            state: components["schemas"]["LicenceState"];
            /**
             * Statement
             * @default
             */
            statement: string;
            /**
             * Subject
             * @default
             */
            subject: string;
            /**
             * Terms
             * @default
             */
            terms: string;
            /**
             * Territories
             * @default []
             */
            territories: string[];
            /** Title */
            title: string;
            /**
             * Url
             * @default
             */
            url: string;
            /** Zone */
            zone: string;
        };
        /**
         * LicenceState
         * @description What a licence, or those of an asset together, are now.
         * @enum {string}
         */
        LicenceState: "active" | "expiring" | "expired" | "embargoed";
        /**
         * LicenceTerms
         * @description All of a licence but its name.
         */
        LicenceTerms: {
            /**
             * Copyright
             * @description The copyright notice.
             * @default
             */
            copyright?: string;
            /**
             * Credit
             * @description The credit line that a use needs.
             * @default
             */
            credit?: string;
            /**
             * Documents
             * @default []
             */
            documents?: components["schemas"]["Document"][];
            /**
             * Embargo
             * @description Day or time before which nothing is used, by any licence.
             * @default
             */
            embargo?: string;
            /**
             * Excluded Media
             * @description How it may not be used.
             * @default []
             */
            excluded_media?: string[];
            /**
             * Excluded Territories
             * @description Where it does not hold.
             * @default []
             */
            excluded_territories?: string[];
            /**
             * Expires
             * @description Last day of the licence, or the time at which it ends.
             * @default
             */
            expires?: string;
            /**
             * Licensee
             * @description Whom it is granted to.
             * @default
             */
            licensee?: string;
            /**
             * Licensor
             * @description Who grants it.
             * @default
             */
            licensor?: string;
            /**
             * Media
             * @description How it may be used: online, broadcast, print; none: any way.
             * @default []
             */
            media?: string[];
            /**
             * Notice Days
             * @description Days before its end at which notice is given; default: the policy's.
             */
            notice_days?: number[] | null;
            /**
             * Purposes
             * @description Ways out of dampipe: download, export, share, publish; none: any.
             * @default []
             */
            purposes?: string[];
            /**
             * Releases
             * @default []
             */
            releases?: components["schemas"]["PersonRelease"][];
            /**
             * Starts
             * @description First day, or time, of the licence.
             * @default
             */
            starts?: string;
            /**
             * Statement
             * @description CC-BY-4.0 and the like (SPDX), InC and the like (rightsstatements.org), or a URL.
             * @default
             */
            statement?: string;
            /**
             * Subject
             * @description What it covers: music, a person; default: all. Each subject of an asset must be licensed.
             * @default
             */
            subject?: string;
            /**
             * Terms
             * @description Further conditions, in words.
             * @default
             */
            terms?: string;
            /**
             * Territories
             * @description Where it holds: DE, EU, US-CA, worldwide; none: worldwide.
             * @default []
             */
            territories?: string[];
            /**
             * Title
             * @description What people call it; default: its name.
             * @default
             */
            title?: string;
            /**
             * Url
             * @description Address of the terms.
             * @default
             */
            url?: string;
            /**
             * Zone
             * @description Time zone of its days: Europe/Berlin; default: the policy's.
             * @default
             */
            zone?: string;
        };
        /**
         * LinkToken
         * @description A link.
         */
        LinkToken: {
            /** Token */
            token: string;
        };
        /**
         * LoginRequest
         * @description A user's name and password.
         */
        LoginRequest: {
            /** Name */
            name: string;
            /** Password */
            password: string;
        };
        /**
         * LostDerivative
         * @description A derivative whose bytes are missing or damaged.
         */
        LostDerivative: {
            /** Asset */
            asset: string;
            kept: components["schemas"]["dampipe__features__derivatives__model__Kept"] | null;
            /** Kind */
            kind: string;
            /** Name */
            name: string;
            problem: components["schemas"]["dampipe__features__derivatives__model__Problem"];
        };
        /**
         * MachineTag
         * @description A term that a model has found in a version.
         */
        MachineTag: {
            /** Label */
            label: string;
            /** Moments */
            moments: components["schemas"]["MomentReport"][];
            /** Name */
            name: string;
            /** Score */
            score: number;
            /** Sha1 */
            sha1: string;
            state: components["schemas"]["TagState"];
            /** Term */
            term: string;
            /** Vocabulary */
            vocabulary: string;
        };
        /**
         * Manifest
         * @description The ASC MHL generations at one destination.
         */
        Manifest: {
            /** Destination */
            destination: number;
            /**
             * Files
             * @default 0
             */
            files: number;
            /**
             * Histories
             * @default []
             */
            histories: string[];
            /**
             * Left Out
             * @default
             */
            left_out: string;
            /**
             * Problem
             * @default
             */
            problem: string;
        };
        /**
         * MapReport
         * @description Where assets were recorded, within a box.
         */
        MapReport: {
            /** Assets */
            assets: number;
            /**
             * Clusters
             * @default []
             */
            clusters: components["schemas"]["Cluster"][];
            /** Extent */
            extent: [
                number,
                number,
                number,
                number
            ] | null;
            /** Placed */
            placed: number;
            tiles: components["schemas"]["MapTiles"];
            /** Without */
            without: number;
            /** Zoom */
            zoom: number;
        };
        /**
         * MapTiles
         * @description What a map draws below the assets.
         */
        MapTiles: {
            /**
             * Credit
             * @default
             */
            credit: string;
            /**
             * Url
             * @default
             */
            url: string;
        };
        /**
         * Mark
         * @description A value that stands on the picture of an asset.
         */
        Mark: {
            /** Field */
            field: string;
            /** Label */
            label: string;
            /** Number */
            number: number | null;
            /** Text */
            text: string | null;
        };
        /**
         * MatchedAsset
         * @description An asset that a clip may be of.
         */
        MatchedAsset: {
            /** Asset */
            asset: string;
            /** Path */
            path: string;
        };
        /**
         * MatchState
         * @description What was found for a clip.
         * @enum {string}
         */
        MatchState: "matched" | "ambiguous" | "unmatched";
        /**
         * MediaInfo
         * @description The output of the probe stage.
         */
        MediaInfo: {
            /**
             * Audio
             * @default []
             */
            audio: components["schemas"]["AudioStream"][];
            /** Bit Rate */
            bit_rate: number | null;
            /** Burst Id */
            burst_id: string | null;
            /** Camera */
            camera: string | null;
            /** Container */
            container: string;
            /** Content Id */
            content_id: string | null;
            /** Created At */
            created_at: string | null;
            /** Created From */
            created_from: string | null;
            /**
             * Data Streams
             * @default 0
             */
            data_streams: number;
            /**
             * @default {
             *       "properties": {}
             *     }
             */
            description: components["schemas"]["Description"];
            /** Duration */
            duration: number | null;
            /** @default header */
            duration_source: components["schemas"]["DurationSource"];
            /**
             * Early
             * @default 0
             */
            early: number;
            embedded_film: components["schemas"]["EmbeddedFilm"] | null;
            kind: components["schemas"]["MediaKind"];
            /** Recording Id */
            recording_id: string | null;
            /**
             * Recording Offset
             * @default 0
             */
            recording_offset: number;
            /** Reel */
            reel: string | null;
            /** Scene */
            scene: string | null;
            /** @default {} */
            shooting: components["schemas"]["CameraFacts"];
            /**
             * Start
             * @default 0
             */
            start: number;
            /** Start Of Day */
            start_of_day: number | null;
            /** Take */
            take: string | null;
            /** Timecode */
            timecode: string | null;
            /** Timecode Base */
            timecode_base: number | null;
            video: components["schemas"]["VideoStream"] | null;
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
        };
        /**
         * MediaKind
         * @description The kind of a media file.
         * @enum {string}
         */
        MediaKind: "video" | "audio" | "still";
        /**
         * Mentionable
         * @description A user who gets a mention where a comment says `@name`.
         */
        Mentionable: {
            /** Name */
            name: string;
        };
        /**
         * MentionReport
         * @description A mention of a user.
         */
        MentionReport: {
            /** Asset */
            asset: string;
            /** Asset Name */
            asset_name: string;
            /** Author Name */
            author_name: string;
            /** Comment */
            comment: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Read At */
            read_at: string | null;
            /** Text */
            text: string;
            /** Thread */
            thread: number;
            /** User */
            user: string;
        };
        /**
         * MentionsBody
         * @description In which comments mentions are read.
         */
        MentionsBody: {
            /** Comments */
            comments?: number[] | null;
        };
        /**
         * MergeBody
         * @description The term that another becomes.
         */
        MergeBody: {
            /** Target */
            target: string;
        };
        /**
         * Metadata
         * @description Who has the metadata (tags and the like) after a split.
         * @enum {string}
         */
        Metadata: "both" | "old" | "new";
        /**
         * Missing
         * @description What happens to imported terms that the file lacks.
         * @enum {string}
         */
        Missing: "auto" | "retire" | "keep";
        /**
         * ModelChoice
         * @description The model that is to be used.
         */
        ModelChoice: {
            /** Name */
            name: string;
        };
        /**
         * ModelReport
         * @description An embedding model.
         */
        ModelReport: {
            /**
             * Answers
             * @default false
             */
            answers: boolean;
            /**
             * Assets
             * @default 0
             */
            assets: number;
            /**
             * Chosen
             * @default false
             */
            chosen: boolean;
            /** Fingerprint */
            fingerprint: string;
            /**
             * Licence
             * @default
             */
            licence: string;
            /** Name */
            name: string;
            /**
             * Needs
             * @default
             */
            needs: string;
            /**
             * Note
             * @default
             */
            note: string;
            /**
             * Problem
             * @default
             */
            problem: string;
            /**
             * Size
             * @default 0
             */
            size: number;
            /**
             * Used
             * @default false
             */
            used: boolean;
            /**
             * Weights Here
             * @default false
             */
            weights_here: boolean;
        };
        /**
         * Moment
         * @description One hit: a point in time of an asset, with the path of a file.
         */
        Moment: {
            /** Asset */
            asset: string;
            /** Comment */
            comment: number | null;
            /** Duration */
            duration: number | null;
            /** End */
            end: number | null;
            /**
             * Label
             * @default
             */
            label: string;
            /**
             * Marks
             * @default []
             */
            marks: [
                number,
                number
            ][];
            /**
             * Name
             * @default
             */
            name: string;
            /** Path */
            path: string;
            /** Score */
            score: number;
            /**
             * Shot
             * @default 0
             */
            shot: number;
            /** Start */
            start: number | null;
            /** Subclip */
            subclip: number | null;
            /** Time */
            time: number;
            /**
             * Weak
             * @default false
             */
            weak: boolean;
        };
        /**
         * MomentReport
         * @description When a term is to be seen.
         */
        MomentReport: {
            /** Score */
            score: number;
            /** Time */
            time: number;
        };
        /**
         * MoveItemsBody
         * @description Which items go where, together and in the order in which they stand.
         */
        MoveItemsBody: {
            /** After */
            after?: number | null;
            /** Before */
            before?: number | null;
            /**
             * First
             * @default false
             */
            first?: boolean;
            /** If Version */
            if_version?: number | null;
            /** Items */
            items: number[];
            /**
             * Last
             * @default false
             */
            last?: boolean;
        };
        /**
         * MoveReport
         * @description What became of the assets of a request.
         */
        MoveReport: {
            /**
             * Blocked
             * @default []
             */
            blocked: components["schemas"]["Blocked"][];
            /** Dry Run */
            dry_run: boolean;
            /**
             * Left Out
             * @default 0
             */
            left_out: number;
            /** Moved */
            moved: number;
            /** Refused */
            refused: number;
            /**
             * Results
             * @default []
             */
            results: components["schemas"]["MoveResult"][];
            /** To */
            to: string;
            /** Transition */
            transition: string;
        };
        /**
         * MoveResult
         * @description What became of one asset.
         */
        MoveResult: {
            /** Asset */
            asset: string;
            /** Moved */
            moved: boolean;
            reason: components["schemas"]["Reason"] | null;
            /** State */
            state: string;
        };
        /**
         * MovesBody
         * @description Assets that are to make a move.
         */
        MovesBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Comment
             * @default
             */
            comment?: string;
            /**
             * Dry Run
             * @default false
             */
            dry_run?: boolean;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /** Transition */
            transition: string;
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * Naming
         * @description How a new sidecar is called.
         * @enum {string}
         */
        Naming: "full" | "stem";
        /**
         * NearDuplicate
         * @description Two contents that show the same, with the evidence.
         */
        NearDuplicate: {
            /** Coverage */
            coverage: number;
            first: components["schemas"]["Copy"];
            /** Frames */
            frames: number;
            kind: components["schemas"]["NearKind"];
            /**
             * Mirrored
             * @default false
             */
            mirrored: boolean;
            /** Offset */
            offset: number;
            /**
             * Other Offsets
             * @default []
             */
            other_offsets: [
                number,
                number
            ][];
            second: components["schemas"]["Copy"];
            /** Similarity */
            similarity: number;
            /** @default open */
            state: components["schemas"]["PairState"];
        };
        /**
         * NearKind
         * @description How much of two contents is common, as exactly as the sampled frames allow.
         * @enum {string}
         */
        NearKind: "whole" | "part" | "overlap";
        /**
         * NewCollectionBody
         * @description A collection to be made; with filters it is a saved search.
         */
        NewCollectionBody: {
            /**
             * Description
             * @default
             */
            description?: string;
            /** Filters */
            filters?: {
                [key: string]: string[];
            } | null;
            /** Name */
            name: string;
            /** Parent */
            parent?: number | null;
            /**
             * Private
             * @default false
             */
            private?: boolean;
            /**
             * Sort
             * @default
             */
            sort?: string;
        };
        /**
         * NewLicence
         * @description A licence that is to be added.
         */
        NewLicence: {
            /**
             * Copyright
             * @description The copyright notice.
             * @default
             */
            copyright?: string;
            /**
             * Credit
             * @description The credit line that a use needs.
             * @default
             */
            credit?: string;
            /**
             * Documents
             * @default []
             */
            documents?: components["schemas"]["Document"][];
            /**
             * Embargo
             * @description Day or time before which nothing is used, by any licence.
             * @default
             */
            embargo?: string;
            /**
             * Excluded Media
             * @description How it may not be used.
             * @default []
             */
            excluded_media?: string[];
            /**
             * Excluded Territories
             * @description Where it does not hold.
             * @default []
             */
            excluded_territories?: string[];
            /**
             * Expires
             * @description Last day of the licence, or the time at which it ends.
             * @default
             */
            expires?: string;
            /**
             * Licensee
             * @description Whom it is granted to.
             * @default
             */
            licensee?: string;
            /**
             * Licensor
             * @description Who grants it.
             * @default
             */
            licensor?: string;
            /**
             * Media
             * @description How it may be used: online, broadcast, print; none: any way.
             * @default []
             */
            media?: string[];
            /** Name */
            name: string;
            /**
             * Notice Days
             * @description Days before its end at which notice is given; default: the policy's.
             */
            notice_days?: number[] | null;
            /**
             * Purposes
             * @description Ways out of dampipe: download, export, share, publish; none: any.
             * @default []
             */
            purposes?: string[];
            /**
             * Releases
             * @default []
             */
            releases?: components["schemas"]["PersonRelease"][];
            /**
             * Starts
             * @description First day, or time, of the licence.
             * @default
             */
            starts?: string;
            /**
             * Statement
             * @description CC-BY-4.0 and the like (SPDX), InC and the like (rightsstatements.org), or a URL.
             * @default
             */
            statement?: string;
            /**
             * Subject
             * @description What it covers: music, a person; default: all. Each subject of an asset must be licensed.
             * @default
             */
            subject?: string;
            /**
             * Terms
             * @description Further conditions, in words.
             * @default
             */
            terms?: string;
            /**
             * Territories
             * @description Where it holds: DE, EU, US-CA, worldwide; none: worldwide.
             * @default []
             */
            territories?: string[];
            /**
             * Title
             * @description What people call it; default: its name.
             * @default
             */
            title?: string;
            /**
             * Url
             * @description Address of the terms.
             * @default
             */
            url?: string;
            /**
             * Zone
             * @description Time zone of its days: Europe/Berlin; default: the policy's.
             * @default
             */
            zone?: string;
        };
        /**
         * NightlyBody
         * @description When a sync is started, and what it verifies; what is left out stays as it is.
         */
        NightlyBody: {
            /** Minutes */
            minutes?: number | null;
            /** Percent */
            percent?: number | null;
            /** Schedule */
            schedule?: string | null;
        };
        /**
         * NoteBody
         * @description A note, as a client sends it; an empty text removes the notes of its kind and language.
         */
        NoteBody: {
            /** @default note */
            kind?: components["schemas"]["NoteKind"];
            /**
             * Language
             * @default
             */
            language?: string;
            /** Text */
            text: string;
        };
        /**
         * NoteKind
         * @description What a note is about, as in SKOS.
         * @enum {string}
         */
        NoteKind: "note" | "scopeNote" | "definition" | "example" | "historyNote" | "editorialNote" | "changeNote";
        /**
         * NoteReport
         * @description A note as faces show it.
         */
        NoteReport: {
            /** @default note */
            kind: components["schemas"]["NoteKind"];
            /**
             * Language
             * @default
             */
            language: string;
            /** Text */
            text: string;
        };
        /**
         * NotLicensedPolicy
         * @description What happens where a use is not licensed.
         * @enum {string}
         */
        NotLicensedPolicy: "refuse" | "warn";
        /**
         * NumbersBody
         * @description Which subclips are meant.
         */
        NumbersBody: {
            /** Ids */
            ids: number[];
        };
        /**
         * ObjectionReport
         * @description Why an asset is not to be used so.
         */
        ObjectionReport: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /**
             * Hint
             * @default
             */
            hint: string;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
            /** Refuses */
            refuses: boolean;
        };
        /**
         * Offline
         * @description Files of which all copies are on media that have to be fetched.
         */
        Offline: {
            /** Files */
            files: number;
            /** Label */
            label: string;
            /** Source */
            source: string;
        };
        /**
         * Only
         * @description What to search, when not everything.
         * @enum {string}
         */
        Only: "vision" | "words" | "names";
        /**
         * Operator
         * @description How a filter compares a field with a text.
         * @enum {string}
         */
        Operator: "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "is set";
        /**
         * OutboxState
         * @description What has become of wishes to write a sidecar.
         * @enum {string}
         */
        OutboxState: "pending" | "written" | "read_only" | "away" | "conflict" | "failed";
        /**
         * OwnTokenRequest
         * @description A token to create for oneself.
         */
        OwnTokenRequest: {
            /** Days */
            days?: number | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: string[];
        };
        /**
         * Pair
         * @description Two near duplicates, in either order.
         */
        Pair: {
            /** First */
            first: string;
            /** Second */
            second: string;
        };
        /**
         * PairState
         * @description What people decided about a pair of near duplicates.
         * @enum {string}
         */
        PairState: "open" | "dismissed" | "stacked";
        /**
         * Passage
         * @description A text of an asset that has words of the query: why words found it.
         */
        Passage: {
            /** Field */
            field: string;
            /** Marks */
            marks: [
                number,
                number
            ][];
            /** Text */
            text: string;
        };
        /**
         * PasswordRequest
         * @description A new password for oneself.
         */
        PasswordRequest: {
            /** New */
            new: string;
            /** Old */
            old: string;
        };
        /**
         * PathShape
         * @description A line drawn by hand.
         */
        PathShape: {
            /**
             * Color
             * @default #ff3b30
             */
            color?: string;
            /** Points */
            points: [
                number,
                number
            ][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "path";
            /**
             * Width
             * @default 0.004
             */
            width?: number;
        };
        /**
         * PersonRelease
         * @description A release by a person who is shown, or of a property. Personal data belong into the document.
         */
        PersonRelease: {
            kind: components["schemas"]["ReleaseKind"];
            /**
             * Reference
             * @default
             */
            reference?: string;
            status: components["schemas"]["ReleaseStatus"];
        };
        /**
         * Phase
         * @description The steps of an import.
         * @enum {string}
         */
        Phase: "list" | "copy" | "manifest" | "finish";
        /**
         * PinBody
         * @description Which assets are always in a saved search, and where among those.
         */
        PinBody: {
            /** After */
            after?: number | null;
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /** Before */
            before?: number | null;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * First
             * @default false
             */
            first?: boolean;
            /**
             * Last
             * @default false
             */
            last?: boolean;
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * Place
         * @description Where sidecars of a source are written.
         * @enum {string}
         */
        "Place-Input": "never" | "beside" | "tree";
        /**
         * PlaceBody
         * @description Where sidecars of a source are to be written.
         */
        PlaceBody: {
            /** Folder */
            folder?: string | null;
            /** @default full */
            naming?: components["schemas"]["Naming"];
            place: components["schemas"]["Place-Input"];
        };
        /**
         * PlaceReport
         * @description Where sidecars of a source are written.
         */
        PlaceReport: {
            /** Folder */
            folder: string | null;
            /** @default full */
            naming: components["schemas"]["Naming"];
            place: components["schemas"]["dampipe__features__sidecars__model__Place"];
            /** Source */
            source: string;
            /**
             * Waiting
             * @default 0
             */
            waiting: number;
        };
        /**
         * PlanBody
         * @description What a plan is to be made for.
         */
        PlanBody: {
            /** Rule */
            rule?: string | null;
        };
        /**
         * PlanEstimate
         * @description What a plan does, as it was reckoned when the plan was made.
         */
        PlanEstimate: {
            /**
             * Charges
             * @default []
             */
            charges: components["schemas"]["Charge"][];
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            copies: components["schemas"]["Amount"];
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            deletes: components["schemas"]["Amount"];
            /**
             * Grace
             * @default 0
             */
            grace: number;
            /**
             * Lines
             * @default []
             */
            lines: components["schemas"]["PlanLine"][];
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            reclasses: components["schemas"]["Amount"];
            /**
             * Rules
             * @default []
             */
            rules: components["schemas"]["RuleReport"][];
            /** Seconds */
            seconds: number | null;
        };
        /**
         * PlanLine
         * @description What a plan does for one rule in one source.
         */
        PlanLine: {
            /** Bytes */
            bytes: number;
            /**
             * Charges
             * @default []
             */
            charges: components["schemas"]["Charge"][];
            /** Files */
            files: number;
            kind: components["schemas"]["ActionKind"];
            /**
             * Origin
             * @default
             */
            origin: string;
            /**
             * Read Bytes
             * @default 0
             */
            read_bytes: number;
            /** Rule */
            rule: string;
            /** Seconds */
            seconds: number | null;
            /** Source */
            source: string;
            /**
             * Storage Class
             * @default
             */
            storage_class: string;
            tier: components["schemas"]["Tier"];
        };
        /**
         * PlanReport
         * @description A plan, and how far it is.
         */
        PlanReport: {
            /** Actor */
            actor: string;
            /** Applied At */
            applied_at: number | null;
            /**
             * Asks
             * @default false
             */
            asks: boolean;
            /** Created At */
            created_at: number;
            estimate: components["schemas"]["PlanEstimate"];
            /** Finished At */
            finished_at: number | null;
            /** Is Stale */
            is_stale: boolean;
            /** Number */
            number: number;
            /** Policy */
            policy: number;
            /** Problem */
            problem: string;
            /** Problem Code */
            problem_code: string;
            state: components["schemas"]["PlanState"];
            /**
             * States
             * @default []
             */
            states: components["schemas"]["StateReport"][];
        };
        /**
         * PlanState
         * @description How far a plan is.
         * @enum {string}
         */
        PlanState: "making" | "draft" | "running" | "paused" | "done" | "cancelled";
        /**
         * PlaybackReport
         * @description How a version is played.
         */
        PlaybackReport: {
            frames: components["schemas"]["FramesReport"] | null;
            /**
             * Heard
             * @default []
             */
            heard: number[];
            /** Sha1 */
            sha1: string;
            /**
             * Shots
             * @default []
             */
            shots: number[];
        };
        /**
         * Policy
         * @description The policy of a library. One for all its machines, so it is kept in the catalogue.
         */
        Policy: {
            /**
             * Media
             * @description Further media, each with the medium above it.
             * @default {}
             */
            media?: {
                [key: string]: string;
            };
            /**
             * Medium
             * @description How releases are used that do not say how.
             * @default
             */
            medium?: string;
            /** @default refuse */
            not_licensed?: components["schemas"]["NotLicensedPolicy"];
            /**
             * Notice Days
             * @description Days before its end at which notice of a licence is given.
             * @default [
             *       14
             *     ]
             */
            notice_days?: number[] | null;
            /**
             * Territories
             * @description Groups of territories, by name.
             * @default {}
             */
            territories?: {
                [key: string]: string[];
            };
            /**
             * Territory
             * @description Where releases are used that do not say where.
             * @default
             */
            territory?: string;
            /** @default free */
            unlicensed?: components["schemas"]["Unlicensed"];
            /**
             * Zone
             * @description Time zone of licences that name none; empty: that of the machine.
             * @default
             */
            zone?: string;
        };
        /**
         * PolicyBody
         * @description A policy.
         */
        PolicyBody: {
            /** Toml */
            toml: string;
        };
        /**
         * PolicyReport
         * @description A policy that was applied.
         */
        PolicyReport: {
            /** Actor */
            actor: string;
            /** Created At */
            created_at: number;
            /** Is In Force */
            is_in_force: boolean;
            /** Number */
            number: number;
            /** Rules */
            rules: string[];
        };
        /**
         * PolicyText
         * @description A policy with its text.
         */
        PolicyText: {
            /** Actor */
            actor: string;
            /** Created At */
            created_at: number;
            /** Is In Force */
            is_in_force: boolean;
            /** Number */
            number: number;
            /** Rules */
            rules: string[];
            /** Toml */
            toml: string;
        };
        /**
         * PossibleMove
         * @description A move that begins in the state of an asset.
         */
        PossibleMove: {
            /** Comment */
            comment: boolean;
            /** Label */
            label: string;
            /** Possible */
            possible: boolean;
            /**
             * Reasons
             * @default []
             */
            reasons: components["schemas"]["Reason"][];
            /** To */
            to: string;
            /** To Label */
            to_label: string;
            /** Transition */
            transition: string;
        };
        /**
         * PrecisionReport
         * @description How often proposals of a term are right.
         */
        PrecisionReport: {
            /** Accepted */
            accepted: number;
            /** Label */
            label: string;
            /** Least */
            least: number;
            /** Most */
            most: number;
            /** On */
            on: boolean;
            /** Proposed */
            proposed: number;
            /** Rejected */
            rejected: number;
            /** Sensitive */
            sensitive: boolean;
            /** Set */
            set: number;
            /** Term */
            term: string;
            /** Threshold */
            threshold: number | null;
            /** Vocabulary */
            vocabulary: string;
            /** Wanted */
            wanted: number;
        };
        /**
         * PreviewReport
         * @description What an edit would change.
         */
        PreviewReport: {
            /** Assets */
            assets: number;
            /** Changed */
            changed: number;
            /** Changes */
            changes: number;
            /** Differences */
            differences: components["schemas"]["Difference"][];
        };
        /**
         * Progress
         * @description Amount done, total and speed.
         *
         *     >>> half = Progress(done=75.0, total=150.0, speed=3.0)
         *     >>> half.summary, half.left
         *     ('1:15 of 2:30, 3.0×, 0:25 left', 25.0)
         */
        Progress: {
            /** Done */
            done: number;
            /**
             * Left
             * @description Seconds until completion at this speed; None: unknown.
             */
            readonly left: number | null;
            /** Speed */
            speed: number | null;
            /** Total */
            total: number | null;
            /**
             * Unit
             * @default s
             * @enum {string}
             */
            unit: "s" | "files" | "bytes" | "items";
        };
        /**
         * PruneBody
         * @description What to prune, or to count.
         */
        PruneBody: {
            /**
             * Annotations
             * @default false
             */
            annotations?: boolean;
            /**
             * Dry Run
             * @default false
             */
            dry_run?: boolean;
            /**
             * Orphans
             * @default false
             */
            orphans?: boolean;
            /** Source */
            source?: string | null;
        };
        /**
         * Pruned
         * @description What a prune removed, or would remove.
         */
        Pruned: {
            /**
             * Annotated
             * @default 0
             */
            annotated: number;
            /**
             * Annotated Paths
             * @default []
             */
            annotated_paths: string[];
            /**
             * Assets
             * @default 0
             */
            assets: number;
            /**
             * Bytes
             * @default 0
             */
            bytes: number;
            /**
             * Derivatives
             * @default 0
             */
            derivatives: number;
            /**
             * Leftover Bytes
             * @default 0
             */
            leftover_bytes: number;
            /**
             * Leftovers
             * @default 0
             */
            leftovers: number;
            /**
             * Locations
             * @default 0
             */
            locations: number;
            /**
             * Paths
             * @default []
             */
            paths: string[];
            /**
             * Unidentified
             * @default 0
             */
            unidentified: number;
            /**
             * Vectors
             * @default 0
             */
            vectors: number;
            /**
             * Work Folders
             * @default 0
             */
            work_folders: number;
        };
        /**
         * PruneOrder
         * @description What to prune, or to count.
         */
        PruneOrder: {
            /**
             * Annotations
             * @default false
             */
            annotations: boolean;
            /**
             * Dry Run
             * @default false
             */
            dry_run: boolean;
            /**
             * Orphans
             * @default false
             */
            orphans: boolean;
            /** Source */
            source: string | null;
        };
        /**
         * PruneState
         * @description How a prune stands.
         */
        PruneState: {
            /** Created At */
            created_at: number;
            /** Finished At */
            finished_at: number | null;
            /** Number */
            number: number;
            order: components["schemas"]["PruneOrder"];
            progress: components["schemas"]["Progress"] | null;
            /**
             * Reason
             * @default
             */
            reason: string;
            removed: components["schemas"]["Pruned"] | null;
            state: components["schemas"]["RunState"];
            /**
             * Waits For Worker
             * @default false
             */
            waits_for_worker: boolean;
        };
        /**
         * Reason
         * @description Why something is not possible, or what is wrong: an error code with its text.
         */
        Reason: {
            /** Code */
            code: string;
            /**
             * Hint
             * @default
             */
            hint: string;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
            /** Text */
            text: string;
        };
        /**
         * RectShape
         * @description A rectangle by two opposite corners.
         */
        RectShape: {
            /**
             * Color
             * @default #ff3b30
             */
            color?: string;
            /** Points */
            points: [
                [
                    number,
                    number
                ],
                [
                    number,
                    number
                ]
            ];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "rect";
            /**
             * Width
             * @default 0.004
             */
            width?: number;
        };
        /**
         * ReleaseKind
         * @description What a release is of.
         * @enum {string}
         */
        ReleaseKind: "model" | "property";
        /**
         * ReleaseStatus
         * @description How far a release goes, by the vocabularies of PLUS (MR-NON …, PR-NON …).
         * @enum {string}
         */
        ReleaseStatus: "none" | "not_applicable" | "unlimited" | "limited";
        /**
         * RemoveBody
         * @description What is to be taken out: items by their numbers, or by what they are of.
         */
        RemoveBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Items
             * @default []
             */
            items?: number[];
            /**
             * Subclips
             * @default []
             */
            subclips?: number[];
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * RemovedState
         * @description A state in which assets are, and which a definition that is tried does not have.
         */
        RemovedState: {
            /** Assets */
            assets: number;
            /** Key */
            key: string;
            /** To */
            to: string | null;
        };
        /**
         * RenameBody
         * @description Another preferred label.
         */
        RenameBody: {
            /**
             * Keep
             * @default false
             */
            keep?: boolean;
            /** Label */
            label: string;
            /** Language */
            language?: string | null;
        };
        /**
         * ReplayBody
         * @description Where a replay starts, as a client sends it.
         */
        ReplayBody: {
            /** After */
            after?: string | null;
            /** Since */
            since?: string | null;
        };
        /**
         * ReplayReport
         * @description What a replay sends.
         */
        ReplayReport: {
            /** After */
            after: number;
            /** Events */
            events: number;
            /** Horizon */
            horizon: number | null;
        };
        /**
         * ReplyBody
         * @description An answer to a comment.
         */
        ReplyBody: {
            /** @default everyone */
            audience?: components["schemas"]["Audience"];
            /** Text */
            text: string;
        };
        /**
         * ReplyReport
         * @description One reply of a thread.
         */
        ReplyReport: {
            /** @default everyone */
            audience: components["schemas"]["Audience"];
            /** Author */
            author: string;
            /** Author Name */
            author_name: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Edited At */
            edited_at: string | null;
            /** Id */
            id: number;
            /**
             * Is Guest
             * @default false
             */
            is_guest: boolean;
            /**
             * Is Mine
             * @default false
             */
            is_mine: boolean;
            /**
             * Mentions
             * @default []
             */
            mentions: string[];
            /** Text */
            text: string;
            /** Thread */
            thread: number;
            /** Version */
            version: number;
        };
        /**
         * RestoreBody
         * @description Which assets are to be readable again, how quickly, and for how long.
         */
        RestoreBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Days
             * @default 7
             */
            days?: number;
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /** @default bulk */
            speed?: components["schemas"]["Speed"];
            /**
             * Waiting
             * @default false
             */
            waiting?: boolean;
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * RestoreFileReport
         * @description One file of a restore.
         */
        RestoreFileReport: {
            /** Asset */
            asset: string;
            /** Detail */
            detail: string;
            /** Expected At */
            expected_at: number | null;
            /** Name */
            name: string;
            /** Number */
            number: number;
            /** Place */
            place: string;
            /** Reason */
            reason: string;
            /** Restored Until */
            restored_until: number | null;
            /** Size */
            size: number;
            state: components["schemas"]["dampipe__features__tiers__restoring__model__FileState"];
        };
        /**
         * RestoreReport
         * @description How far a restore is.
         */
        RestoreReport: {
            /** Actor */
            actor: string;
            /** Bytes */
            bytes: number;
            /** Cost */
            cost: {
                [key: string]: number;
            };
            /** Created At */
            created_at: number;
            /** Days */
            days: number;
            /** Expected At */
            expected_at: number | null;
            /** Failed */
            failed: number;
            /** Files */
            files: number;
            /** Finished At */
            finished_at: number | null;
            /** Number */
            number: number;
            /** Ready */
            ready: number;
            speed: components["schemas"]["Speed"];
        };
        /**
         * RetireBody
         * @description What is retired with a term.
         */
        RetireBody: {
            /**
             * With Narrower
             * @default false
             */
            with_narrower?: boolean;
        };
        /**
         * Retried
         * @description How many runs were reset.
         */
        Retried: {
            /** Retried */
            retried: number;
        };
        /**
         * Retrieval
         * @description What it takes to get an archived copy at one speed.
         */
        Retrieval: {
            /** Cost */
            cost: number;
            /** Hours */
            hours: number;
            /** Speed */
            speed: string;
        };
        /**
         * RetrievalCost
         * @description What it costs to read archived bytes at one speed.
         */
        RetrievalCost: {
            /**
             * Hours
             * @default 0
             */
            hours?: number;
            /**
             * Per 1000
             * @default 0
             */
            per_1000?: number;
            /**
             * Per Gb
             * @default 0
             */
            per_gb?: number;
        };
        /**
         * RetryRequest
         * @description Failed and skipped runs to reset; all of them unless narrowed.
         */
        RetryRequest: {
            /** Kinds */
            kinds?: string[] | null;
            selected?: components["schemas"]["SelectedBody"] | null;
            /** Stage */
            stage?: string | null;
            /**
             * What
             * @default []
             */
            what?: string[];
        };
        /**
         * Right
         * @description What one may do with a collection; ordered, each includes those before it.
         * @enum {integer}
         */
        Right: 1 | 2 | 3 | 4;
        /**
         * RingReport
         * @description What came of a notification.
         */
        RingReport: {
            /**
             * Events
             * @default 0
             */
            events: number;
            /**
             * Ignored
             * @default 0
             */
            ignored: number;
            /** Scan */
            scan: number | null;
        };
        /**
         * Role
         * @description What a user may do; ordered, each includes those before it.
         * @enum {integer}
         */
        Role: 1 | 2 | 3 | 4 | 5;
        /**
         * RotateBody
         * @description How a secret is replaced.
         */
        RotateBody: {
            /**
             * Keep Hours
             * @default 24
             */
            keep_hours?: number;
        };
        /**
         * RowProblem
         * @description A cell, or a row, that is not imported.
         */
        RowProblem: {
            /** Code */
            code: string;
            /** Column */
            column: string;
            /**
             * Hint
             * @default
             */
            hint: string;
            /** Is Error */
            is_error: boolean;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
            /** Row */
            row: number;
            /** Text */
            text: string;
        };
        /**
         * RuleReport
         * @description How the assets of a rule stand, before the plan does anything.
         */
        RuleReport: {
            /**
             * Assets
             * @default 0
             */
            assets: number;
            /**
             * Below
             * @default 0
             */
            below: number;
            /**
             * Busy
             * @default 0
             */
            busy: number;
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            kept: components["schemas"]["Amount"];
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            no_destination: components["schemas"]["Amount"];
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            not_readable: components["schemas"]["Amount"];
            /** Rule */
            rule: string;
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            unproved: components["schemas"]["Amount"];
            /**
             * Versions
             * @default 0
             */
            versions: number;
        };
        /**
         * Running
         * @description A run that a worker holds now.
         */
        Running: {
            /** Asset */
            asset: string | null;
            /** Attempts */
            attempts: number;
            /** Machine */
            machine: string;
            /** Name */
            name: string;
            progress: components["schemas"]["Progress"] | null;
            /** Since */
            since: number;
            /** Stage */
            stage: string;
        };
        /**
         * RunState
         * @description Where a run stands. Only `pending` and `running` are work still to do.
         *
         *         pending ──claim──> running ──complete──> done
         *            ^ ^                │ ├─────────────> skipped    (this deployment cannot do it)
         *            │ │<──defer────────┘ └─────────────> failed     (parked: bad media, our fault, or too many attempts)
         *            │ └──reset── failed, skipped; done, when its input was replaced (redo) or files were lost (remake)
         *            └──> on_hold                         (its scan is paused, was cancelled, or only recorded files)
         *
         *     A running run whose lease has expired is claimed again as if it were pending.
         * @enum {string}
         */
        RunState: "pending" | "running" | "done" | "failed" | "skipped" | "on_hold";
        /**
         * RunSummary
         * @description One stage of an asset, as `dampipe show` lists it.
         */
        RunSummary: {
            /**
             * Attempts
             * @default 0
             */
            attempts: number;
            /**
             * Code
             * @default
             */
            code: string;
            /**
             * Fetched
             * @default 0
             */
            fetched: number;
            /**
             * Hint
             * @default
             */
            hint: string;
            /** Kind */
            kind: string | null;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
            /** Plan */
            plan: string | null;
            /** Reason */
            reason: string | null;
            /** Seconds */
            seconds: number | null;
            /** Size */
            size: number | null;
            /** Speed */
            speed: number | null;
            /** Stage */
            stage: string;
            state: components["schemas"]["RunState"];
            /** Version */
            version: string;
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
        };
        /**
         * ScanProgress
         * @description A scan as status, `--wait` and the API show it. Counts are files.
         */
        ScanProgress: {
            /**
             * Active
             * @default 0
             */
            active: number;
            /**
             * Changed
             * @default 0
             */
            changed: number;
            /**
             * Created At
             * @default 0
             */
            created_at: number;
            /**
             * Deferred
             * @default 0
             */
            deferred: number;
            /**
             * Done
             * @default 0
             */
            done: number;
            /**
             * Failed
             * @default 0
             */
            failed: number;
            /**
             * Found
             * @default 0
             */
            found: number;
            /**
             * Missing
             * @default 0
             */
            missing: number;
            /**
             * Moved
             * @default 0
             */
            moved: number;
            /**
             * New
             * @default 0
             */
            new: number;
            /**
             * On Hold
             * @default 0
             */
            on_hold: number;
            /**
             * Path Count
             * @default 0
             */
            path_count: number;
            /** Paths */
            paths: string[];
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /**
             * Returned
             * @default 0
             */
            returned: number;
            /** Scan */
            scan: number;
            /**
             * Searchable
             * @default 0
             */
            searchable: number;
            state: components["schemas"]["ScanState"];
            /**
             * Unchanged
             * @default 0
             */
            unchanged: number;
            /**
             * @default {
             *       "files": 0,
             *       "suffixes": {}
             *     }
             */
            unknown: components["schemas"]["UnknownKinds"];
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
        };
        /**
         * ScanState
         * @description How far the walk is; what becomes of the files found is the state of their runs.
         * @enum {string}
         */
        ScanState: "waiting" | "walking" | "walked" | "suspicious" | "failed" | "paused" | "cancelled";
        /**
         * Schema
         * @description The fields of a library, in the order in which they are shown.
         */
        Schema: {
            /**
             * Field
             * @default []
             */
            field?: components["schemas"]["FieldDeclaration"][];
        };
        /**
         * SchemaApplied
         * @description What applying a schema did.
         */
        SchemaApplied: {
            /**
             * Cleared
             * @default 0
             */
            cleared: number;
            diff: components["schemas"]["SchemaDiff"];
            /** Operation */
            operation: number | null;
            /** Version */
            version: number;
        };
        /**
         * SchemaDiff
         * @description What a new schema changes, and what it would break.
         */
        SchemaDiff: {
            /**
             * Added
             * @default []
             */
            added: string[];
            /**
             * Breaks
             * @default []
             */
            breaks: components["schemas"]["Break"][];
            /**
             * Changed
             * @default {}
             */
            changed: {
                [key: string]: string[];
            };
            /**
             * Converted
             * @default {}
             */
            converted: {
                [key: string]: number;
            };
            /**
             * Removed
             * @default []
             */
            removed: string[];
            /**
             * Renamed
             * @default {}
             */
            renamed: {
                [key: string]: string;
            };
            /** Version */
            version: number;
        };
        /**
         * SchemaReport
         * @description The schema of the library.
         */
        SchemaReport: {
            /** Actor */
            actor: string | null;
            /** At */
            at: string | null;
            /**
             * Can Undo
             * @default false
             */
            can_undo: boolean;
            /** Fields */
            fields: components["schemas"]["FieldDeclaration"][];
            /** Version */
            version: number;
        };
        /**
         * SchemaRequest
         * @description A schema, in one of two forms.
         */
        SchemaRequest: {
            /** @description As a schema file: an object with the list `field`. */
            fields?: components["schemas"]["Schema"] | null;
            /**
             * Json Schema
             * @description As a JSON Schema.
             */
            json_schema?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * SchemeReport
         * @description A vocabulary whose terms a model proposes.
         */
        SchemeReport: {
            /** Field */
            field: string;
            /** On */
            on: boolean;
            /** Pending */
            pending: number;
            /**
             * Precision
             * @default 0.8
             */
            precision: number;
            /** Proposed */
            proposed: number;
            /** Sensitive */
            sensitive: number;
            /** Terms */
            terms: number;
            /** Vocabulary */
            vocabulary: string;
        };
        /**
         * SchemeRequest
         * @description How terms of a vocabulary are proposed.
         */
        SchemeRequest: {
            /** Field */
            field?: string | null;
            /**
             * On
             * @default true
             */
            on?: boolean;
            /** Precision */
            precision?: number | null;
        };
        /**
         * ScopeReport
         * @description One kind of thing that an actor may do.
         */
        ScopeReport: {
            /** Name */
            name: string;
            role: string;
            /** Summary */
            summary: string;
        };
        /**
         * SelectedBody
         * @description Which assets are meant: named ones, those that pass filters, or all; without some.
         */
        SelectedBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * SelectedCount
         * @description How many assets a selection means.
         */
        SelectedCount: {
            /** Count */
            count: number;
        };
        /**
         * Session
         * @description Who is logged in, and how one can log in.
         */
        Session: {
            /** Actor */
            actor: string | null;
            /** Can Log Out */
            can_log_out: boolean;
            /** Encrypted */
            encrypted: boolean;
            /** Name */
            name: string | null;
            /** Oidc */
            oidc: string | null;
            /** Role */
            role: string | null;
            /** Scopes */
            scopes: string[];
        };
        /**
         * SessionState
         * @description How far an import is.
         * @enum {string}
         */
        SessionState: "waiting" | "running" | "blocked" | "paused" | "done" | "failed" | "cancelled";
        /**
         * Sha1s
         * @description The SHA-1s of a part of a list.
         */
        Sha1s: {
            /** First */
            first: number;
            /** Sha1S */
            sha1s: string[];
            /** Stamp */
            stamp: string;
            /** Total */
            total: number;
        };
        /**
         * ShareChange
         * @description What is to change of a link; what is not given stays.
         */
        ShareChange: {
            /** Allow */
            allow?: components["schemas"]["Allow"][] | null;
            /** Days */
            days?: number | null;
            /** If Version */
            if_version?: number | null;
            /** Max Opens */
            max_opens?: number | null;
            /** Message */
            message?: string | null;
            /** Moves */
            moves?: string[] | null;
            /** Name */
            name?: string | null;
            /** Password */
            password?: string | null;
        };
        /**
         * ShareCreated
         * @description A new link, or one with a new address: the only answer with the token.
         */
        ShareCreated: {
            /** Address */
            address: string;
            /** Allow */
            allow: components["schemas"]["Allow"][];
            /** Asset */
            asset: string | null;
            /** Collection */
            collection: number | null;
            /** Created At */
            created_at: number;
            /** Created By */
            created_by: string;
            /** Expires At */
            expires_at: number | null;
            /** Guests */
            guests: number;
            /** Id */
            id: number;
            /** Max Opens */
            max_opens: number | null;
            /** Message */
            message: string;
            /** Moves */
            moves: string[];
            /** Name */
            name: string;
            /** Opened */
            opened: number;
            /** Opened At */
            opened_at: number | null;
            /** Password */
            password: boolean;
            /** Revoked At */
            revoked_at: number | null;
            state: components["schemas"]["ShareState"];
            /** Token */
            token: string;
            /** Version */
            version: number;
        };
        /**
         * ShareReport
         * @description A link as lists show it.
         */
        ShareReport: {
            /** Allow */
            allow: components["schemas"]["Allow"][];
            /** Asset */
            asset: string | null;
            /** Collection */
            collection: number | null;
            /** Created At */
            created_at: number;
            /** Created By */
            created_by: string;
            /** Expires At */
            expires_at: number | null;
            /** Guests */
            guests: number;
            /** Id */
            id: number;
            /** Max Opens */
            max_opens: number | null;
            /** Message */
            message: string;
            /** Moves */
            moves: string[];
            /** Name */
            name: string;
            /** Opened */
            opened: number;
            /** Opened At */
            opened_at: number | null;
            /** Password */
            password: boolean;
            /** Revoked At */
            revoked_at: number | null;
            state: components["schemas"]["ShareState"];
            /** Version */
            version: number;
        };
        /**
         * ShareRequest
         * @description A link to create.
         */
        ShareRequest: {
            /**
             * Allow
             * @default []
             */
            allow?: components["schemas"]["Allow"][];
            /** Asset */
            asset?: string | null;
            /** Collection */
            collection?: number | null;
            /** Days */
            days?: number | null;
            /** Max Opens */
            max_opens?: number | null;
            /**
             * Message
             * @default
             */
            message?: string;
            /**
             * Moves
             * @default []
             */
            moves?: string[];
            /**
             * Name
             * @default
             */
            name?: string;
            /** Password */
            password?: string | null;
        };
        /**
         * ShareState
         * @description Whether a link shows something.
         * @enum {string}
         */
        ShareState: "open" | "expired" | "used_up" | "revoked" | "disabled";
        /**
         * SidecarAssets
         * @description Assets whose sidecars are meant.
         */
        SidecarAssets: {
            /** Assets */
            assets: string[];
        };
        /**
         * SidecarReport
         * @description The sidecar of one file.
         */
        SidecarReport: {
            /**
             * Fields
             * @default []
             */
            fields: string[];
            /** Path */
            path: string;
            /** Problem */
            problem: string | null;
            /**
             * Reason
             * @default
             */
            reason: string;
            /** Sha1 */
            sha1: string;
            /** Sidecar */
            sidecar: string | null;
            /**
             * Skipped
             * @default []
             */
            skipped: string[];
            state: components["schemas"]["OutboxState"] | null;
            /** Written At */
            written_at: string | null;
        };
        /**
         * SidecarStatus
         * @description The state of the outbox, and of sidecars that need attention.
         */
        SidecarStatus: {
            /** Counts */
            counts: {
                [key: string]: number;
            };
            /** Problems */
            problems: number;
            /** Sidecars */
            sidecars: components["schemas"]["SidecarReport"][];
        };
        /**
         * SidecarWrite
         * @description Which sidecars are to be tried again at once.
         */
        SidecarWrite: {
            /**
             * Assets
             * @default []
             */
            assets?: string[];
            /**
             * Overwrite
             * @default false
             */
            overwrite?: boolean;
        };
        /**
         * SkipRequest
         * @description Which event is to be skipped.
         */
        SkipRequest: {
            /** Seq */
            seq?: number | null;
        };
        /**
         * SortItemsBody
         * @description By what items are sorted.
         */
        SortItemsBody: {
            /** By */
            by: string;
        };
        /**
         * SourceArrivals
         * @description What came in through one source.
         */
        SourceArrivals: {
            /** Bytes */
            bytes: number;
            /** Files */
            files: number[];
            /** Source */
            source: string;
        };
        /**
         * SourceBody
         * @description A folder or URL to name as a source; the settings of one that is a source already are replaced.
         */
        SourceBody: {
            /**
             * @default {
             *       "currency": "USD",
             *       "egress_gb": 0,
             *       "gb_month": 0,
             *       "mb_per_s": 0,
             *       "minimum_days": 0,
             *       "read_1000": 0,
             *       "retrieval": {},
             *       "write_1000": 0
             *     }
             */
            cost?: components["schemas"]["CostModel"];
            /**
             * Exclude
             * @default []
             */
            exclude?: string[];
            /**
             * Include
             * @default []
             */
            include?: string[];
            /**
             * Label
             * @default
             */
            label?: string;
            /**
             * Managed
             * @default false
             */
            managed?: boolean;
            /** Name */
            name: string;
            /** Path */
            path: string;
            /** Path Maps */
            path_maps?: {
                [key: string]: string;
            };
            /** @default hot */
            tier?: components["schemas"]["Tier"];
            /** @default footage */
            versions?: components["schemas"]["VersionRule"];
        };
        /**
         * SourceCheck
         * @description One thing that was looked at.
         */
        SourceCheck: {
            /**
             * Code
             * @default
             */
            code: string;
            /** Detail */
            detail: string;
            finding: components["schemas"]["Finding"];
            /**
             * Hint
             * @default
             */
            hint: string;
            /** What */
            what: string;
        };
        /**
         * SourceCheckReport
         * @description Whether a source can be used by this machine, or why not.
         */
        SourceCheckReport: {
            /** Checks */
            checks: components["schemas"]["SourceCheck"][];
            /** Managed */
            managed: boolean;
            /** Root */
            root: string;
            /** Source */
            source: string;
        };
        /**
         * SourceProof
         * @description How long ago the files of a source were read again. Counts are identified files that are present.
         */
        SourceProof: {
            /**
             * Bad
             * @default 0
             */
            bad: number;
            /**
             * Bytes
             * @default 0
             */
            bytes: number;
            /**
             * Edited
             * @default 0
             */
            edited: number;
            /**
             * Files
             * @default 0
             */
            files: number;
            /**
             * Month
             * @default 0
             */
            month: number;
            /**
             * Never
             * @default 0
             */
            never: number;
            /**
             * Older
             * @default 0
             */
            older: number;
            /** Oldest At */
            oldest_at: number | null;
            /**
             * Quarter
             * @default 0
             */
            quarter: number;
            /**
             * Requested
             * @default 0
             */
            requested: number;
            /** Source */
            source: string;
            /**
             * Year
             * @default 0
             */
            year: number;
        };
        /**
         * SourceUsage
         * @description What a source holds, and costs.
         */
        SourceUsage: {
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            archived: components["schemas"]["Amount"];
            /** Currency */
            currency: string;
            /** Label */
            label: string;
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            leaving: components["schemas"]["Amount"];
            /** Managed */
            managed: boolean;
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            missing: components["schemas"]["Amount"];
            /** Month */
            month: number;
            /**
             * @default {
             *       "bytes": 0,
             *       "files": 0
             *     }
             */
            present: components["schemas"]["Amount"];
            /** Source */
            source: string;
            tier: components["schemas"]["Tier"];
        };
        /**
         * SpanBody
         * @description A new subclip of an asset.
         */
        SpanBody: {
            /**
             * End
             * @description The first frame after it; without an end it is one frame.
             */
            end?: string | null;
            /**
             * Fields
             * @description Values by key of a field of the schema; null: none.
             * @default {}
             */
            fields?: {
                [key: string]: string | boolean | number | (string | boolean | number)[] | null;
            };
            /**
             * Last
             * @description Instead of `end`: the last frame, which is part of it, as an out point is.
             */
            last?: string | null;
            /** Name */
            name: string;
            /**
             * Note
             * @default
             */
            note?: string;
            /**
             * Start
             * @description Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12").
             */
            start: string;
        };
        /**
         * Speed
         * @description How quickly an archive is asked to give files back; the slower, the cheaper.
         * @enum {string}
         */
        Speed: "expedited" | "standard" | "bulk";
        /**
         * SplitBody
         * @description Who keeps the metadata when a version becomes an asset of its own.
         */
        SplitBody: {
            /** @default both */
            metadata?: components["schemas"]["Metadata"];
        };
        /**
         * StackBody
         * @description The assets that become versions of another.
         */
        StackBody: {
            /** Others */
            others: string[];
        };
        /**
         * StageCounts
         * @description How many runs of a stage are in which state.
         */
        StageCounts: {
            /**
             * Done
             * @default 0
             */
            done: number;
            /**
             * Failed
             * @default 0
             */
            failed: number;
            /**
             * On Hold
             * @default 0
             */
            on_hold: number;
            /**
             * Running
             * @default 0
             */
            running: number;
            /**
             * Skipped
             * @default 0
             */
            skipped: number;
            /**
             * Waiting
             * @default 0
             */
            waiting: number;
        };
        /**
         * StageThroughput
         * @description One stage over time. Counts are runs.
         */
        StageThroughput: {
            /** Done */
            done: number[];
            /** Failed */
            failed: number[];
            /** Oldest At */
            oldest_at: number | null;
            /** Stage */
            stage: string;
            /**
             * Waiting
             * @default 0
             */
            waiting: number;
        };
        /**
         * Standing
         * @description How the assets stand by the policy that is in force.
         */
        Standing: {
            /** Policy */
            policy: number;
            /** Rules */
            rules: components["schemas"]["RuleReport"][];
        };
        /**
         * StateCount
         * @description A state, and how many assets are in it.
         */
        StateCount: {
            /** Assets */
            assets: number;
            /**
             * Final
             * @default false
             */
            final: boolean;
            /**
             * Help
             * @default
             */
            help: string;
            /** Key */
            key: string;
            /** Label */
            label: string;
        };
        /**
         * StateReport
         * @description How many actions of a plan are in one state, and why.
         */
        StateReport: {
            /** Bytes */
            bytes: number;
            /** Files */
            files: number;
            kind: components["schemas"]["ActionKind"];
            /**
             * Reason
             * @default
             */
            reason: string;
            state: components["schemas"]["ActionState"];
        };
        /**
         * Status
         * @description The library at a glance.
         */
        Status: {
            /** Assets */
            assets: number;
            /**
             * @default {
             *       "away": false,
             *       "missing": 0,
             *       "problem": "",
             *       "sampled": 0
             *     }
             */
            derivatives: components["schemas"]["StoreHealth"];
            /** Locations */
            locations: number;
            /**
             * Running
             * @default []
             */
            running: components["schemas"]["Running"][];
            /** Scans */
            scans: components["schemas"]["ScanProgress"][];
            /** Stages */
            stages: {
                [key: string]: components["schemas"]["StageCounts"];
            };
            /**
             * Subscribers
             * @default []
             */
            subscribers: components["schemas"]["SubscriberState"][];
            /** Workers */
            workers: components["schemas"]["WorkerInfo"][];
        };
        /**
         * StorageReport
         * @description What the library takes.
         */
        StorageReport: {
            /** Catalogue Bytes */
            catalogue_bytes: number;
            /** Derivatives */
            derivatives: components["schemas"]["DerivativeUsage"][];
            /** Disks */
            disks: components["schemas"]["Disk"][];
            /**
             * Unknown
             * @default []
             */
            unknown: string[];
        };
        /**
         * StoreHealth
         * @description A random sample of all derivatives: whether their files exist.
         */
        StoreHealth: {
            /**
             * Away
             * @default false
             */
            away: boolean;
            /**
             * Missing
             * @default 0
             */
            missing: number;
            /**
             * Problem
             * @default
             */
            problem: string;
            /**
             * Sampled
             * @default 0
             */
            sampled: number;
        };
        /**
         * SubclipBody
         * @description A new subclip.
         */
        SubclipBody: {
            /** Asset */
            asset: string;
            /**
             * End
             * @description The first frame after it; without an end it is one frame.
             */
            end?: string | null;
            /**
             * Fields
             * @description Values by key of a field of the schema; null: none.
             * @default {}
             */
            fields?: {
                [key: string]: string | boolean | number | (string | boolean | number)[] | null;
            };
            /**
             * Last
             * @description Instead of `end`: the last frame, which is part of it, as an out point is.
             */
            last?: string | null;
            /** Name */
            name: string;
            /**
             * Note
             * @default
             */
            note?: string;
            /**
             * Start
             * @description Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12").
             */
            start: string;
        };
        /**
         * SubclipPage
         * @description Some subclips of a list.
         */
        SubclipPage: {
            /** After */
            after: string | null;
            /** Subclips */
            subclips: components["schemas"]["SubclipReport"][];
        };
        /**
         * SubclipRef
         * @description A subclip that is an item.
         */
        SubclipRef: {
            /** End */
            end: number;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Start */
            start: number;
        };
        /**
         * SubclipReport
         * @description A subclip.
         */
        SubclipReport: {
            /** Anchored At */
            anchored_at: string | null;
            /** Asset */
            asset: string;
            /** Asset Name */
            asset_name: string;
            carried: components["schemas"]["dampipe__features__subclips__model__CarriedReport"];
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            /** Changed By */
            changed_by: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Duration */
            duration: number;
            end: components["schemas"]["TimeReport"];
            /**
             * Fields
             * @default {}
             */
            fields: {
                [key: string]: string | number | boolean | (string | number | boolean)[];
            };
            /** Id */
            id: number;
            last: components["schemas"]["TimeReport"];
            /** Name */
            name: string;
            /**
             * Note
             * @default
             */
            note: string;
            start: components["schemas"]["TimeReport"];
            /** Version */
            version: number;
        };
        /**
         * SubclipsDeleted
         * @description How many subclips were deleted.
         */
        SubclipsDeleted: {
            /** Deleted */
            deleted: number;
            /** Edit */
            edit: number | null;
        };
        /**
         * SubscriberState
         * @description How far a subscriber is.
         */
        SubscriberState: {
            /** Again At */
            again_at: number | null;
            /** Behind */
            behind: number;
            /** Cursor */
            cursor: number;
            /** Delivered At */
            delivered_at: number | null;
            /**
             * Failures
             * @default 0
             */
            failures: number;
            /** Name */
            name: string;
            /** Problem */
            problem: string | null;
            /** Problem At */
            problem_at: number | null;
            problem_event: components["schemas"]["Event"] | null;
        };
        /**
         * Sureness
         * @description How sure a match is.
         * @enum {string}
         */
        Sureness: "certain" | "likely" | "possible";
        /**
         * SyncBegun
         * @description A sync was started.
         */
        SyncBegun: {
            /** Scans */
            scans: number[];
        };
        /**
         * SyncBody
         * @description What to sync.
         */
        SyncBody: {
            /**
             * Sources
             * @default []
             */
            sources?: string[];
        };
        /**
         * SyncReport
         * @description When a sync is started, and what it does besides scans.
         */
        SyncReport: {
            /** Backs Up */
            backs_up: boolean;
            /**
             * Fixed
             * @default []
             */
            fixed: string[];
            /** Minutes */
            minutes: number;
            /**
             * Needs Restart
             * @default false
             */
            needs_restart: boolean;
            /** Percent */
            percent: number;
            /** Schedule */
            schedule: string;
        };
        /**
         * TableRequest
         * @description Which values of which assets are written as a table; without a selection: of all.
         */
        TableRequest: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * @description Between the cells of a row. With `semicolon` numbers have a decimal comma.
             * @default comma
             */
            delimiter?: components["schemas"]["Delimiter"];
            /**
             * Fields
             * @description Only these fields, in this order; none: all.
             * @default []
             */
            fields?: string[];
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * TagBody
         * @description A tag.
         */
        TagBody: {
            /** Name */
            name: string;
        };
        /**
         * TagReport
         * @description A tag and the number of assets that have it.
         */
        TagReport: {
            /** Assets */
            assets: number;
            /** Name */
            name: string;
        };
        /**
         * TagState
         * @description What has become of a term that a model has found.
         * @enum {string}
         */
        TagState: "proposed" | "set" | "accepted" | "rejected";
        /**
         * TaskReport
         * @description An asset that is assigned to a user, and not in a final state.
         */
        TaskReport: {
            /** Asset */
            asset: string;
            /** Assignee */
            assignee: string | null;
            /** By */
            by: string | null;
            /** Due */
            due: string | null;
            /** Final */
            final: boolean;
            /** Label */
            label: string;
            /** Name */
            name: string;
            /**
             * Overdue
             * @default false
             */
            overdue: boolean;
            /** Since */
            since: string | null;
            /** State */
            state: string;
            /** Zone */
            zone: string | null;
        };
        /**
         * TermBody
         * @description A term to be added, as a client sends it.
         */
        TermBody: {
            /** Key */
            key?: string | null;
            /** Label */
            label: string;
            /** Language */
            language?: string | null;
            /** Parent */
            parent?: string | null;
            /**
             * Synonyms
             * @default []
             */
            synonyms?: string[];
        };
        /**
         * TermChange
         * @description The result of one operation.
         */
        TermChange: {
            operation: components["schemas"]["dampipe__features__vocabularies__model__OperationReport"] | null;
            term: components["schemas"]["TermReport"];
        };
        /**
         * TermDetails
         * @description All of one term.
         */
        TermDetails: {
            /** Also Below */
            also_below: string[];
            /** Id */
            id: number;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Labels */
            labels: components["schemas"]["LabelReport"][];
            /** Merged Into */
            merged_into: string | null;
            /** Narrower */
            narrower: number;
            /** Notes */
            notes: components["schemas"]["NoteReport"][];
            /** Parent */
            parent: string | null;
            /** Path */
            path: string[];
            /** Position */
            position: number;
            state: components["schemas"]["TermState"];
            /** Uri */
            uri: string | null;
            /** Uses */
            uses: {
                [key: string]: number;
            } | null;
        };
        /**
         * TermPage
         * @description A part of a list of terms.
         */
        TermPage: {
            /** Next */
            next: string | null;
            /** Terms */
            terms: components["schemas"]["TermReport"][];
        };
        /**
         * TermReport
         * @description A term in a list.
         */
        TermReport: {
            /** Id */
            id: number;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /**
             * Narrower
             * @default 0
             */
            narrower: number;
            /**
             * Path
             * @default []
             */
            path: string[];
            state: components["schemas"]["TermState"];
        };
        /**
         * TermRequest
         * @description How a term is looked for; what is None stays.
         */
        TermRequest: {
            facet?: components["schemas"]["Facet"] | null;
            /** On */
            on?: boolean | null;
            /** Precision */
            precision?: number | null;
            /** Prompts */
            prompts?: string[] | null;
        };
        /**
         * Terms
         * @description The plain terms of licences, besides the codes of ISO 3166 and `worldwide`.
         */
        Terms: {
            /** Groups */
            groups: {
                [key: string]: string[];
            };
            /** Media */
            media: {
                [key: string]: string;
            };
            /** Purposes */
            purposes: string[];
        };
        /**
         * TermState
         * @description What a term may be used for.
         * @enum {string}
         */
        TermState: "active" | "proposed" | "retired";
        /**
         * TestReport
         * @description The receiver's answer to a test message.
         */
        TestReport: {
            /** Accepted */
            accepted: boolean;
            /** Id */
            id: string;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Seconds */
            seconds: number;
            /** Status */
            status: number | null;
        };
        /**
         * TextVectors
         * @description One vector of length 1 per text, in the order of the texts.
         */
        TextVectors: {
            /** Model */
            model: string;
            /** Vectors */
            vectors: number[][];
        };
        /**
         * TextVectorsRequest
         * @description Texts to encode.
         */
        TextVectorsRequest: {
            /** Texts */
            texts: string[];
        };
        /**
         * Throughput
         * @description What the pipeline has done, and what waits.
         */
        Throughput: {
            /** Points */
            points: number;
            /** Since */
            since: number;
            /** Stages */
            stages: components["schemas"]["StageThroughput"][];
            /** Step */
            step: number;
        };
        /**
         * Tier
         * @description How quickly the files of a source can be read.
         * @enum {string}
         */
        Tier: "hot" | "nearline" | "cold" | "offline";
        /**
         * TimelineMatch
         * @description The clips of a timeline with the assets that they are of.
         */
        TimelineMatch: {
            /** Ambiguous */
            ambiguous: number;
            /** Assets */
            assets: number;
            /** Clips */
            clips: components["schemas"]["ClipMatch"][];
            /** Matched */
            matched: number;
            /** Unmatched */
            unmatched: number;
        };
        /**
         * TimelineRights
         * @description The clips of a timeline, and whether each may be used.
         */
        TimelineRights: {
            /** Allowed */
            allowed: number;
            /** Clips */
            clips: components["schemas"]["ClipRights"][];
            /** Refused */
            refused: number;
            /** Unknown */
            unknown: number;
            use: components["schemas"]["Explained"];
            /** Warned */
            warned: number;
        };
        /**
         * TimeReport
         * @description A time of a version: exactly, and as people read it.
         */
        TimeReport: {
            /** Base */
            base: string;
            /** Frame */
            frame: number | null;
            /** Seconds */
            seconds: number;
            /** Ticks */
            ticks: number;
            /** Timecode */
            timecode: string | null;
        };
        /**
         * TokenCreated
         * @description A new token.
         */
        TokenCreated: {
            /** Created At */
            created_at: number;
            /** Expires At */
            expires_at: number | null;
            /** Last Used At */
            last_used_at: number | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: string[];
            /** Token */
            token: string;
            /** User */
            user: string | null;
        };
        /**
         * TokenReport
         * @description A token as lists show it; the token itself is shown once, when it is created.
         */
        TokenReport: {
            /** Created At */
            created_at: number;
            /** Expires At */
            expires_at: number | null;
            /** Last Used At */
            last_used_at: number | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: string[];
            /** User */
            user: string | null;
        };
        /**
         * TokenRequest
         * @description A token to create.
         */
        TokenRequest: {
            /** Days */
            days?: number | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: string[];
            /** User */
            user?: string | null;
        };
        /**
         * TransitionReport
         * @description A transition as lists show it.
         */
        TransitionReport: {
            /** Comment */
            comment: boolean;
            /** Effects */
            effects: string[];
            /** Guards */
            guards: string[];
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Sources */
            sources: string[];
            /** To */
            to: string;
            /** Who */
            who: string;
        };
        /**
         * Trash
         * @description What is leaving, first what is deleted first.
         */
        Trash: {
            /**
             * Bytes
             * @default 0
             */
            bytes: number;
            /**
             * Files
             * @default []
             */
            files: components["schemas"]["LeavingFile"][];
            /**
             * Total
             * @default 0
             */
            total: number;
        };
        /**
         * Trial
         * @description What a definition would mean for the library; nothing was written.
         */
        Trial: {
            /** Faults */
            faults: components["schemas"]["Reason"][];
            /** Fits */
            fits: boolean;
            /** Key */
            key: string;
            /** Removed */
            removed: components["schemas"]["RemovedState"][];
            /** States */
            states: components["schemas"]["TrialState"][];
            /** Stuck */
            stuck: number;
        };
        /**
         * TrialState
         * @description The assets of one state under a definition that is tried.
         */
        TrialState: {
            /** Assets */
            assets: number;
            /**
             * Blocked
             * @default []
             */
            blocked: components["schemas"]["Blocked"][];
            /** Key */
            key: string;
            /** Label */
            label: string;
            /**
             * Possible
             * @default {}
             */
            possible: {
                [key: string]: number;
            };
            /**
             * Stuck
             * @default 0
             */
            stuck: number;
        };
        /**
         * UndoBody
         * @description The operation to undo; none: the newest that was not undone.
         */
        UndoBody: {
            /** Operation */
            operation?: number | null;
        };
        /**
         * UndoneReport
         * @description What an undo did.
         */
        UndoneReport: {
            /** Edit */
            edit: number | null;
            /**
             * Examples
             * @default []
             */
            examples: components["schemas"]["dampipe__features__undo__model__LeftAlone"][];
            /** Left */
            left: number;
            /** Restored */
            restored: number;
            undone: components["schemas"]["dampipe__features__undo__model__EditReport"];
        };
        /**
         * UndoneVerdict
         * @description A verdict that was taken back.
         */
        UndoneVerdict: {
            /** Accepted */
            accepted: boolean;
            /** Sha1 */
            sha1: string;
            /** Term */
            term: string;
            /** Vocabulary */
            vocabulary: string;
        };
        /**
         * UndoReport
         * @description What an undo restored.
         */
        UndoReport: {
            /** Left */
            left: number;
            /**
             * Left Alone
             * @default []
             */
            left_alone: components["schemas"]["dampipe__features__metadata__model__LeftAlone"][];
            /** Restored */
            restored: number;
            undone: components["schemas"]["dampipe__features__metadata__model__OperationReport"];
        };
        /**
         * UndoRequest
         * @description What becomes of values that were written since and do not fit.
         */
        UndoRequest: {
            /**
             * Clear
             * @default []
             */
            clear?: string[];
            /**
             * Keep
             * @default []
             */
            keep?: string[];
        };
        /**
         * UnknownKinds
         * @description Files that a walk passed by, because nothing here opens files with such suffixes.
         */
        UnknownKinds: {
            /**
             * Files
             * @default 0
             */
            files: number;
            /**
             * Suffixes
             * @default {}
             */
            suffixes: {
                [key: string]: number;
            };
        };
        /**
         * Unlicensed
         * @description What it means that an asset has no licence.
         * @enum {string}
         */
        Unlicensed: "free" | "ask";
        /**
         * UploadBody
         * @description Where files are to go.
         */
        UploadBody: {
            /**
             * Pattern
             * @default
             */
            pattern?: string;
            /** To */
            to: string;
        };
        /**
         * UploadFileReport
         * @description A file of an upload.
         */
        UploadFileReport: {
            /** Modified */
            modified: number;
            /** Number */
            number: number;
            /** Path */
            path: string;
            /** Received */
            received: number;
            /** Size */
            size: number;
        };
        /**
         * UploadReport
         * @description An upload.
         */
        UploadReport: {
            /** Actor */
            actor: string;
            /** Bytes */
            bytes: number;
            /** Complete */
            complete: number;
            counts: components["schemas"]["Counts"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Files */
            files: number;
            /** Import Number */
            import_number: number | null;
            import_state: components["schemas"]["SessionState"] | null;
            /** Number */
            number: number;
            /** Pattern */
            pattern: string;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Received */
            received: number;
            /**
             * Set Aside
             * @default []
             */
            set_aside: components["schemas"]["AsideReport"][];
            state: components["schemas"]["UploadState"];
            /** To */
            to: string;
        };
        /**
         * UploadState
         * @description How far an upload is.
         * @enum {string}
         */
        UploadState: "open" | "importing" | "done" | "kept";
        /**
         * UserChange
         * @description What is to change of a user.
         */
        UserChange: {
            /** Disabled */
            disabled?: boolean | null;
            /** Password */
            password?: string | null;
            role?: ("viewer" | "commenter" | "editor" | "manager" | "admin") | null;
        };
        /**
         * UserReport
         * @description A user as lists show it.
         */
        UserReport: {
            /** Created At */
            created_at: number;
            /** Disabled */
            disabled: boolean;
            /** Last Used At */
            last_used_at: number | null;
            /**
             * Logins
             * @default []
             */
            logins: string[];
            /** Name */
            name: string;
            /** Password */
            password: boolean;
            role: string;
            /**
             * Sessions
             * @default 0
             */
            sessions: number;
        };
        /**
         * UserRequest
         * @description A user to add.
         */
        UserRequest: {
            /** Name */
            name: string;
            /** Password */
            password?: string | null;
            /**
             * @default 1
             * @enum {string}
             */
            role?: "viewer" | "commenter" | "editor" | "manager" | "admin";
            /** Sees */
            sees?: string[] | null;
        };
        /**
         * ValueReport
         * @description The values of one field of an asset.
         */
        ValueReport: {
            /** Actor */
            actor: string | null;
            /** At */
            at: string | null;
            /** Group */
            group: string;
            /** Key */
            key: string;
            /** Label */
            label: string;
            source: components["schemas"]["ValueSource"] | null;
            /**
             * Sources
             * @default []
             */
            sources: components["schemas"]["dampipe__features__metadata__model__SourceReport"][];
            /** Texts */
            texts: string[];
            /** Values */
            values: (boolean | number | string)[];
            /**
             * Version
             * @default 0
             */
            version: number;
        };
        /**
         * ValueSource
         * @description Where a value comes from.
         * @enum {string}
         */
        ValueSource: "person" | "import" | "sidecar" | "file" | "rule" | "model";
        /**
         * VerdictRequest
         * @description What a person says of a proposed tag.
         */
        VerdictRequest: {
            /** Accept */
            accept: boolean;
            /** Sha1 */
            sha1: string;
            /** Term */
            term: string;
        };
        /**
         * Verification
         * @description Files were requested to be read again.
         */
        Verification: {
            /** Began At */
            began_at: number;
            /** Requested */
            requested: number;
        };
        /**
         * VerificationReport
         * @description The proofs of the library.
         */
        VerificationReport: {
            /** Left */
            left: number;
            /** Reading */
            reading: number;
            /**
             * Sources
             * @default []
             */
            sources: components["schemas"]["SourceProof"][];
            /**
             * Waits For Worker
             * @default false
             */
            waits_for_worker: boolean;
        };
        /**
         * VerifyRequest
         * @description The files to check against their stored checksums.
         */
        VerifyRequest: {
            /** Percent */
            percent?: number | null;
            /**
             * What
             * @default []
             */
            what?: string[];
        };
        /**
         * VersionBody
         * @description The version of the comment that was read.
         */
        VersionBody: {
            /** If Version */
            if_version?: number | null;
        };
        /**
         * VersionList
         * @description The versions of an asset, and what can be undone.
         */
        VersionList: {
            /**
             * Operations
             * @default []
             */
            operations: components["schemas"]["dampipe__features__versions__model__OperationReport"][];
            /** Replaces */
            replaces: string | null;
            /** Versions */
            versions: components["schemas"]["VersionSummary"][];
        };
        /**
         * VersionRule
         * @description Which files that replace another one at its path become versions of its asset.
         * @enum {string}
         */
        VersionRule: "footage" | "path";
        /**
         * VersionSummary
         * @description One version of an asset.
         */
        VersionSummary: {
            /**
             * Added At
             * Format: date-time
             */
            added_at: string;
            /** Codec */
            codec: string | null;
            /** Duration */
            duration: number | null;
            /** Height */
            height: number | null;
            /** Kind */
            kind: string | null;
            /** Name */
            name: string;
            /**
             * Paths
             * @default []
             */
            paths: string[];
            /** Sha1 */
            sha1: string;
            /** Size */
            size: number;
            /** Superseded At */
            superseded_at: string | null;
            /** Width */
            width: number | null;
        };
        /**
         * Video
         * @description One asset: identity, locations, metadata and derivatives.
         */
        Video: {
            /**
             * Added At
             * Format: date-time
             */
            added_at: string;
            /**
             * Derivatives
             * @default []
             */
            derivatives: components["schemas"]["Derivative"][];
            media: components["schemas"]["MediaInfo"] | null;
            /** Name */
            name: string;
            /**
             * Paths
             * @default []
             */
            paths: string[];
            /** Sha1 */
            sha1: string;
            /** Size */
            size: number;
        };
        /**
         * VideoStream
         * @description The picture of a file: its first real video stream (cover art does not count).
         */
        VideoStream: {
            /**
             * Alpha
             * @default false
             */
            alpha: boolean;
            /** Average Rate */
            average_rate: string | null;
            /**
             * Bit Depth
             * @default 8
             */
            bit_depth: number;
            /** Codec */
            codec: string;
            /** Color Primaries */
            color_primaries: string | null;
            /** Color Range */
            color_range: string | null;
            /** Color Space */
            color_space: string | null;
            /** Color Transfer */
            color_transfer: string | null;
            /**
             * Crop Top
             * @default 0
             */
            crop_top: number;
            /** Height */
            height: number;
            /** Index */
            index: number;
            /**
             * Interlaced
             * @default false
             */
            interlaced: boolean;
            /**
             * Intra Only
             * @default false
             */
            intra_only: boolean;
            /** Keyframe Interval */
            keyframe_interval: number | null;
            /** Pixel Format */
            pixel_format: string;
            /** Profile */
            profile: string | null;
            /** Rate */
            rate: string | null;
            /**
             * Rotation
             * @default 0
             */
            rotation: number;
            /**
             * Sample Aspect
             * @default 1/1
             */
            sample_aspect: string;
            /**
             * Start
             * @default 0
             */
            start: number;
            /** Time Base */
            time_base: string | null;
            /**
             * Variable Rate
             * @default false
             */
            variable_rate: boolean;
            /** Width */
            width: number;
        };
        /**
         * VocabularyBody
         * @description A vocabulary to be made, as a client sends it.
         */
        VocabularyBody: {
            /** Key */
            key: string;
            /** Label */
            label?: string | null;
            /**
             * Languages
             * @default []
             */
            languages?: string[];
            /**
             * Open
             * @default false
             */
            open?: boolean;
        };
        /**
         * VocabularyChangeBody
         * @description What of a vocabulary is to be changed, as a client sends it; what is left out stays.
         */
        VocabularyChangeBody: {
            /** Label */
            label?: string | null;
            /**
             * Languages
             * @default []
             */
            languages?: string[];
            /** Open */
            open?: boolean | null;
        };
        /**
         * VocabularyReport
         * @description A vocabulary with the numbers of its terms.
         */
        VocabularyReport: {
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Languages */
            languages: string[];
            /** Open */
            open: boolean;
            /** Proposed */
            proposed: number;
            /** Retired */
            retired: number;
            /** Terms */
            terms: number;
            /** Uri */
            uri: string | null;
        };
        /**
         * WebhookBody
         * @description A webhook to be added.
         */
        WebhookBody: {
            /**
             * Events
             * @default []
             */
            events?: string[];
            /** Name */
            name: string;
            /** Url */
            url: string;
            /**
             * Where
             * @default
             */
            where?: string;
        };
        /**
         * WebhookReport
         * @description A webhook, without its secrets.
         */
        WebhookReport: {
            /** Behind */
            behind: number;
            /** Created At */
            created_at: number;
            /** Disabled At */
            disabled_at: number | null;
            /**
             * Disabled By
             * @default
             */
            disabled_by: string;
            /**
             * Disabled Reason
             * @default
             */
            disabled_reason: string;
            /** Events */
            events: string[];
            /** Failures */
            failures: number;
            /** Name */
            name: string;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Retrying */
            retrying: number;
            /** Secrets */
            secrets: number;
            /** Url */
            url: string;
            /**
             * Where
             * @default
             */
            where: string;
        };
        /**
         * WebhookSecret
         * @description The secret of a webhook, shown once.
         */
        WebhookSecret: {
            /** Name */
            name: string;
            /** Previous Valid Until */
            previous_valid_until: number | null;
            /** Secret */
            secret: string;
        };
        /**
         * WholeBody
         * @description Assets that become a timeline, each as a whole, and its use.
         */
        WholeBody: {
            /**
             * All
             * @description or all assets;
             * @default false
             */
            all?: boolean;
            /**
             * Assets
             * @description SHA-1s (or the first digits of them) or absolute paths;
             * @default []
             */
            assets?: string[];
            /**
             * Filters
             * @description or the filters of a search, values by name;
             * @default {}
             */
            filters?: {
                [key: string]: string[];
            };
            /** @description Format of the timeline. */
            format: components["schemas"]["Format"];
            /**
             * Medium
             * @description How it will be used: online, broadcast; default: not said.
             * @default
             */
            medium?: string;
            /**
             * Reason
             * @description Why it is released although a check refuses it; needs the scope `override`, and is recorded.
             * @default
             */
            reason?: string;
            /**
             * Territory
             * @description Where it will be used: DE, EU, worldwide; default: not said.
             * @default
             */
            territory?: string;
            /**
             * Title
             * @description Of the timeline.
             * @default dampipe
             */
            title?: string;
            /**
             * Without
             * @description except these: what was chosen no more after all that match were chosen.
             * @default []
             */
            without?: string[];
        };
        /**
         * WorkerInfo
         * @description A worker and what it serves. Times are seconds since 1970, by the database's clock.
         */
        WorkerInfo: {
            /**
             * Facts
             * @default {}
             */
            facts: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /** Queues */
            queues: string[];
            /** Seen At */
            seen_at: number;
            /** Started At */
            started_at: number;
        };
        /**
         * WorkflowReport
         * @description The workflow of the library.
         */
        WorkflowReport: {
            /** Applied At */
            applied_at: string | null;
            /** Applied By */
            applied_by: string | null;
            /**
             * Elsewhere
             * @default 0
             */
            elsewhere: number;
            /**
             * Help
             * @default
             */
            help: string;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** States */
            states: components["schemas"]["StateCount"][];
            /** Transitions */
            transitions: components["schemas"]["TransitionReport"][];
            /** Version */
            version: number | null;
        };
        /**
         * WriteReport
         * @description What was done with wishes.
         */
        WriteReport: {
            /** Files */
            files: number;
            /**
             * States
             * @default {}
             */
            states: {
                [key: string]: number;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    explain_access_api_v1_access_explain_get: {
        parameters: {
            query: {
                /** @description An asset by SHA-1, or the absolute path of a file. */
                asset: string;
                /** @description The name of a user. */
                user: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__access__model__Explanation"];
                };
            };
        };
    };
    read_arrivals_api_v1_arrivals_get: {
        parameters: {
            query?: {
                days?: number;
                minutes_east?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Arrivals"];
                };
            };
        };
    };
    list_assets_api_v1_assets_get: {
        parameters: {
            query?: {
                /** @description SHA-1 of the last asset of the page before. */
                after?: string | null;
                limit?: number;
                /** @description Only assets that search has to wait for (true), or only the others (false). */
                pending?: boolean | null;
                /** @description By this field, or, after a minus sign, by it with the greatest first; `metadata/fields` says which are `sortable`. Assets without a value come last. */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Video"][];
                };
            };
        };
    };
    show_asset_api_v1_assets__sha1__get: {
        parameters: {
            query?: {
                /** @description Show the version with this SHA-1, also if another one is current. */
                exact?: boolean;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Details"];
                };
            };
        };
    };
    fetch_derivative_api_v1_assets__sha1___name__get: {
        parameters: {
            query?: {
                /** @description The recipe of the derivative, as its asset names it. Where it is still that, a browser keeps the bytes, and does not ask again. */
                recipe?: string;
            };
            header?: {
                "If-None-Match"?: string | null;
                "If-Range"?: string | null;
                Range?: string | null;
            };
            path: {
                /** @description A kind (poster, sprite, sprite_vtt, frames, proxy, waveform, still, signatures) or a file's name. */
                name: string;
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description The part asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                    "application/octet-stream": unknown;
                };
            };
        };
    };
    download_derivative_api_v1_assets__sha1___name__download_get: {
        parameters: {
            query?: {
                /** @description How it will be used: online, broadcast; default: not said. */
                medium?: string;
                /** @description Why it is released although a check refuses it; needs the scope `override`, and is recorded. */
                reason?: string;
                /** @description Where it will be used: DE, EU, worldwide; default: not said. */
                territory?: string;
            };
            header?: {
                "If-None-Match"?: string | null;
                "If-Range"?: string | null;
                Range?: string | null;
            };
            path: {
                /** @description A kind (proxy, poster, …) or a file's name. */
                name: string;
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description The part asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                    "application/octet-stream": unknown;
                };
            };
        };
    };
    list_asset_comments_api_v1_assets__sha1__comments_get: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string | null;
                /** @description Only threads in which this user or guest wrote something. */
                author?: string;
                /** @description Only comments, or only markers. */
                kind?: components["schemas"]["CommentKind"] | null;
                limit?: number;
                /** @description Only resolved ones, or only open ones. */
                resolved?: boolean | null;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentPage"];
                };
            };
        };
    };
    add_comment_api_v1_assets__sha1__comments_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentReport"];
                };
            };
        };
    };
    list_copies_api_v1_assets__sha1__copies_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CopyReport"][];
                };
            };
        };
    };
    fetch_frame_api_v1_assets__sha1__frame_get: {
        parameters: {
            query?: {
                /** @description Pixels, at most. */
                height?: "180" | "360" | "720";
                /** @description The recipe of the proxy, as its asset names it. Where it is still that, a browser keeps the picture, and does not ask again. */
                recipe?: string;
                /** @description Seconds; after the end it is the last frame. */
                t?: number;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The frame, a JPEG. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": unknown;
                };
            };
        };
    };
    list_mentionable_api_v1_assets__sha1__mentionable_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mentionable"][];
                };
            };
        };
    };
    get_metadata_api_v1_assets__sha1__metadata_get: {
        parameters: {
            query?: {
                field?: string[] | null;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetMetadata"];
                };
            };
        };
    };
    edit_metadata_api_v1_assets__sha1__metadata_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssetEdit"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetMetadata"];
                };
            };
        };
    };
    get_history_api_v1_assets__sha1__metadata_history_get: {
        parameters: {
            query?: {
                /** @description Only older ones than the one with this number. */
                before?: number | null;
                field?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__metadata__model__HistoryEntry"][];
                };
            };
        };
    };
    download_original_api_v1_assets__sha1__original_get: {
        parameters: {
            query?: {
                /** @description How it will be used: online, broadcast; default: not said. */
                medium?: string;
                /** @description Why it is released although a check refuses it; needs the scope `override`, and is recorded. */
                reason?: string;
                /** @description Where it will be used: DE, EU, worldwide; default: not said. */
                territory?: string;
            };
            header?: {
                "If-None-Match"?: string | null;
                "If-Range"?: string | null;
                Range?: string | null;
            };
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description The part asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                    "application/octet-stream": unknown;
                };
            };
        };
    };
    download_excerpt_api_v1_assets__sha1__original_excerpt_get: {
        parameters: {
            query: {
                /** @description The first frame after the part. */
                end?: string | null;
                /** @description How much more before and after it: 1s, or 12f for frames. */
                handles?: string;
                /** @description Instead of `end`: the last frame of the part. */
                last?: string | null;
                /** @description How it will be used: online, broadcast; default: not said. */
                medium?: string;
                /** @description Why it is released although a check refuses it; needs the scope `override`, and is recorded. */
                reason?: string;
                /** @description Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12"). */
                start: string;
                /** @description Where it will be used: DE, EU, worldwide; default: not said. */
                territory?: string;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The part, as a file of the same kind. */
            200: {
                headers: {
                    /** @description Where it begins earlier, and what was left out: a JSON list of sentences. */
                    "Dampipe-Warnings"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                    "application/octet-stream": unknown;
                };
            };
        };
    };
    explain_rights_api_v1_assets__sha1__rights_get: {
        parameters: {
            query?: {
                /** @description How: online, broadcast; default: the policy's. */
                medium?: string;
                /** @description When: a day or a time; default: now. All of a day must be licensed. */
                on?: string;
                /** @description The way out: download, export, share or publish; default: any. */
                purpose?: string;
                /** @description Where: DE, EU, worldwide; default: the policy's. */
                territory?: string;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__rights__reports__Explanation"];
                };
            };
        };
    };
    list_subclips_of_asset_api_v1_assets__sha1__subclips_get: {
        parameters: {
            query?: {
                /** @description What the page before returned as `after`. */
                after?: string | null;
                /** @description A comparison of a field, such as rating>=3; several: all hold. */
                field?: string[] | null;
                limit?: number;
                text?: string;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipPage"];
                };
            };
        };
    };
    create_subclip_of_asset_api_v1_assets__sha1__subclips_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpanBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipReport"];
                };
            };
        };
    };
    add_tag_api_v1_assets__sha1__tags_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    remove_tag_api_v1_assets__sha1__tags__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_versions_api_v1_assets__sha1__versions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionList"];
                };
            };
        };
    };
    make_version_current_api_v1_assets__sha1__versions_make_current_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionList"];
                };
            };
        };
    };
    split_version_api_v1_assets__sha1__versions_split_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SplitBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__versions__model__OperationReport"];
                };
            };
        };
    };
    stack_versions_api_v1_assets__sha1__versions_stack_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StackBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__versions__model__OperationReport"][];
                };
            };
        };
    };
    undo_versions_api_v1_assets__sha1__versions_undo_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__versions__model__OperationReport"];
                };
            };
        };
    };
    show_asset_workflow_api_v1_assets__sha1__workflow_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetWorkflow"];
                };
            };
        };
    };
    show_asset_history_api_v1_assets__sha1__workflow_history_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__workflow__model__HistoryEntry"][];
                };
            };
        };
    };
    move_asset_api_v1_assets__sha1__workflow_move_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["dampipe__features__workflow__http__MoveBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetWorkflow"];
                };
            };
        };
    };
    count_assets_api_v1_assets_count_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SelectedBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SelectedCount"];
                };
            };
        };
    };
    list_collections_api_v1_collections_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionReport"][];
                };
            };
        };
    };
    create_collection_api_v1_collections_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCollectionBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionReport"];
                };
            };
        };
    };
    show_collection_api_v1_collections__collection__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionReport"];
                };
            };
        };
    };
    delete_collection_api_v1_collections__collection__delete: {
        parameters: {
            query?: {
                if_version?: number | null;
            };
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionsDeleted"];
                };
            };
        };
    };
    change_collection_api_v1_collections__collection__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CollectionChangeBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionReport"];
                };
            };
        };
    };
    list_exclusions_api_v1_collections__collection__exclusions_get: {
        parameters: {
            query?: {
                /** @description Number of the last item before. */
                after?: number | null;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemPage"];
                };
            };
        };
    };
    exclude_assets_api_v1_collections__collection__exclusions_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExcludeBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemsChanged"];
                };
            };
        };
    };
    export_collection_api_v1_collections__collection__export_get: {
        parameters: {
            query?: {
                /** @description Comments as markers of the clips. */
                comments?: boolean;
                /** @description Format of the timeline. */
                format?: components["schemas"]["Format"];
                /** @description How it will be used; default: not said. */
                medium?: string;
                /** @description Why it is released although a check refuses it. */
                reason?: string;
                /** @description Where it will be used; default: not said. */
                territory?: string;
                /** @description By default the name of the collection. */
                title?: string;
            };
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    /** @description What was left out or converted: a JSON list of sentences. */
                    "Dampipe-Warnings"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.pixar.opentimelineio+json": unknown;
                    "application/xml": unknown;
                    "text/csv": unknown;
                    "text/plain": unknown;
                };
            };
        };
    };
    list_items_api_v1_collections__collection__items_get: {
        parameters: {
            query?: {
                /** @description `after` of the page before. */
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemPage"];
                };
            };
        };
    };
    add_items_api_v1_collections__collection__items_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChosenBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemsChanged"];
                };
            };
        };
    };
    move_items_api_v1_collections__collection__items_move_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveItemsBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemsChanged"];
                };
            };
        };
    };
    remove_items_api_v1_collections__collection__items_remove_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RemoveBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemsChanged"];
                };
            };
        };
    };
    sort_items_api_v1_collections__collection__items_sort_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SortItemsBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemsChanged"];
                };
            };
        };
    };
    move_collection_api_v1_collections__collection__move_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CollectionMoveBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionReport"];
                };
            };
        };
    };
    pin_assets_api_v1_collections__collection__pins_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PinBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemsChanged"];
                };
            };
        };
    };
    list_rights_api_v1_collections__collection__rights_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionGrantReport"][];
                };
            };
        };
    };
    grant_right_api_v1_collections__collection__rights_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Edited"];
                };
            };
        };
    };
    revoke_right_api_v1_collections__collection__rights_delete: {
        parameters: {
            query: {
                /** @description `user:anna` or `role:viewer`. */
                to: string;
            };
            header?: never;
            path: {
                /** @description The number of the collection. */
                collection: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Edited"];
                };
            };
        };
    };
    list_comments_api_v1_comments_get: {
        parameters: {
            query?: {
                /** @description Only threads in which this user or guest wrote something. */
                author?: string;
                /** @description Older than this comment. */
                before?: number | null;
                /** @description Only threads in which a guest wrote something. */
                guests?: boolean;
                /** @description Only comments, or only markers. */
                kind?: components["schemas"]["CommentKind"] | null;
                limit?: number;
                /** @description Only resolved ones, or only open ones. */
                resolved?: boolean | null;
                /** @description Only threads in which something happened since then. */
                since?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentPage"];
                };
            };
        };
    };
    show_comment_api_v1_comments__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentReport"];
                };
            };
        };
    };
    delete_comment_api_v1_comments__number__delete: {
        parameters: {
            query?: {
                if_version?: number | null;
            };
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Counted"];
                };
            };
        };
    };
    edit_comment_api_v1_comments__number__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["dampipe__features__review__http__EditBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentReport"];
                };
            };
        };
    };
    show_drawing_api_v1_comments__number__drawing_svg_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The drawing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": unknown;
                };
            };
        };
    };
    reopen_comment_api_v1_comments__number__reopen_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentReport"];
                };
            };
        };
    };
    reply_to_comment_api_v1_comments__number__replies_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentReport"];
                };
            };
        };
    };
    resolve_comment_api_v1_comments__number__resolve_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentReport"];
                };
            };
        };
    };
    export_comments_api_v1_comments_export_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportBody"];
            };
        };
        responses: {
            /** @description The timeline. */
            200: {
                headers: {
                    /** @description What was left out or converted: a JSON list of sentences. */
                    "Dampipe-Warnings"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.pixar.opentimelineio+json": unknown;
                    "application/xml": unknown;
                    "text/csv": unknown;
                    "text/plain": unknown;
                };
            };
        };
    };
    find_comments_api_v1_comments_find_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FindBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentPage"];
                };
            };
        };
    };
    import_comments_api_v1_comments_import_post: {
        parameters: {
            query: {
                /** @description Of new comments and replies. */
                audience?: components["schemas"]["Audience"];
                /** @description Change nothing. */
                dry_run?: boolean;
                /** @description Format of the timeline in the body. */
                format: components["schemas"]["Format"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
        };
    };
    list_mentions_api_v1_comments_mentions_get: {
        parameters: {
            query?: {
                /** @description Older than this comment. */
                before?: number | null;
                limit?: number;
                /** @description Only those that are not marked as read. */
                unread?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MentionReport"][];
                };
            };
        };
    };
    read_mentions_api_v1_comments_mentions_read_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MentionsBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Counted"];
                };
            };
        };
    };
    start_check_api_v1_derivatives_check_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CheckRequest"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckStarted"];
                };
            };
        };
    };
    read_check_api_v1_derivatives_check__check__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                check: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckState"];
                };
            };
        };
    };
    list_duplicates_api_v1_duplicates_get: {
        parameters: {
            query?: {
                /** @description Only duplicates of this asset: SHA-1, its first digits, or a path. */
                asset?: string | null;
                /** @description Also find other encodes, trims and resized versions. */
                near?: boolean;
                /** @description Least similarity of near duplicates. */
                similarity?: number;
                /** @description Which near duplicates to list. */
                state?: components["schemas"]["PairState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Duplicates"];
                };
            };
        };
    };
    dismiss_pair_api_v1_duplicates_dismiss_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Pair"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    reopen_pair_api_v1_duplicates_reopen_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Pair"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_edits_api_v1_edits_get: {
        parameters: {
            query?: {
                /** @description Older than this number. */
                before?: number | null;
                /** @description Those of all actors; managers may. */
                everybody?: boolean;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__undo__model__EditReport"][];
                };
            };
        };
    };
    undo_edit_api_v1_edits__number__undo_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoneReport"];
                };
            };
        };
    };
    list_events_api_v1_events_get: {
        parameters: {
            query?: {
                /** @description Only about the asset with this content: SHA-1, its first digits, or a path. */
                asset?: string | null;
                limit?: number;
                /** @description Only events of these names, or of patterns such as `asset.*`. */
                name?: string[] | null;
                /** @description The number of an event, after which the answer begins; a time in ISO 8601; or how long ago: 30m, 12h, 7d. Without it: the newest events. */
                since?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
        };
    };
    list_event_kinds_api_v1_events_kinds_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventKindReport"][];
                };
            };
        };
    };
    stream_events_api_v1_events_stream_get: {
        parameters: {
            query?: {
                /** @description Begin after this event; else with what happens from now on. */
                after?: number | null;
                /** @description Only about the asset with this content: SHA-1, its first digits, or a path. */
                asset?: string | null;
                /** @description Only events of these names, or of patterns such as `asset.*`. */
                name?: string[] | null;
                /** @description End the stream after so many seconds. */
                seconds?: number | null;
                /** @description Send the status of processing, too, when it changes. */
                status?: boolean;
            };
            header?: {
                /** @description Resume after this event; a browser sends it. */
                "last-event-id"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events. A message without a type is an event; its `id` is its number. The type `horizon` says up to which event some were deleted that were asked for, `status` holds the status of processing, and `outage` code and text of what keeps the server from reading. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        data: string;
                        event?: string;
                        id?: string;
                    };
                };
            };
        };
    };
    list_subscribers_api_v1_events_subscribers_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriberState"][];
                };
            };
        };
    };
    skip_event_api_v1_events_subscribers__name__skip_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SkipRequest"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
        };
    };
    count_api_v1_facets_get: {
        parameters: {
            query?: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only values that contain this text, in any case; of terms their labels. */
                containing?: string;
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only these facets, by key; none: all of which assets have values. */
                facet?: string[];
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                /** @description Values of each facet, those with most assets first. */
                limit?: number;
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Facets"];
                };
            };
        };
    };
    list_failures_api_v1_failures_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"][];
                };
            };
        };
    };
    list_filters_api_v1_filters_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilterReport"][];
                };
            };
        };
    };
    list_filter_values_api_v1_filters__name__values_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
        };
    };
    list_folders_api_v1_folders_get: {
        parameters: {
            query?: {
                /** @description `after` of the page before. */
                after?: string | null;
                limit?: number;
                /** @description The path of a folder; none: the sources. */
                of?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderPage"];
                };
            };
        };
    };
    list_grants_api_v1_grants_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantReport"][];
                };
            };
        };
    };
    add_grant_api_v1_grants_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantReport"];
                };
            };
        };
    };
    remove_grant_api_v1_grants_delete: {
        parameters: {
            query: {
                /** @description As when it was granted. */
                to: string;
                /** @description As when it was granted. */
                what: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    health_api_v1_health_get: {
        parameters: {
            query?: {
                /** @description Whether the answer is 503 if no worker runs, too. */
                workers?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    list_importers_api_v1_importers_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImporterReport"][];
                };
            };
        };
    };
    list_imports_api_v1_imports_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__imports__model__ImportReport"][];
                };
            };
        };
    };
    begin_import_api_v1_imports_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__imports__model__ImportReport"];
                };
            };
        };
    };
    show_import_api_v1_imports__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the import. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__imports__model__ImportReport"];
                };
            };
        };
    };
    cancel_import_api_v1_imports__number__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the import. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__imports__model__ImportReport"];
                };
            };
        };
    };
    list_import_files_api_v1_imports__number__files_get: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                state?: components["schemas"]["dampipe__features__imports__model__FileState"][];
            };
            header?: never;
            path: {
                /** @description The number of the import. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportFileReport"][];
                };
            };
        };
    };
    pause_import_api_v1_imports__number__pause_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the import. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__imports__model__ImportReport"];
                };
            };
        };
    };
    resume_import_api_v1_imports__number__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the import. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__imports__model__ImportReport"];
                };
            };
        };
    };
    list_indexes_api_v1_indexes_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndexReport"][];
                };
            };
        };
    };
    list_index_requests_api_v1_indexes_requests_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndexRequestState"][];
                };
            };
        };
    };
    request_index_work_api_v1_indexes_requests_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["IndexRequest"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndexRequestState"];
                };
            };
        };
    };
    show_index_request_api_v1_indexes_requests__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndexRequestState"];
                };
            };
        };
    };
    page_api_v1_library_assets_get: {
        parameters: {
            query?: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description The SHA-1 of an asset, or its beginning, from which `position` counts. */
                at?: string | null;
                /** @description The key of a bucket, from whose first asset `position` counts. */
                bucket?: string | null;
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description What buckets hold: the assets of a `day`, a `month`, a `folder` or a `camera`, or `none`: all. Assets are listed bucket by bucket. */
                group?: components["schemas"]["Group"];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                limit?: number;
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description Only assets that search has to wait for (true), or only the others (false). */
                pending?: boolean | null;
                /** @description Where the part begins: a number from 0, or a negative one for what stands before `bucket` or `at`. What would begin before the list begins with it. */
                position?: number;
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description The order within buckets: `date` (when an asset was shot: what people say in the field `shot_on`, else what the file says, else when it came into the library), `added`, `name`, `duration`, `size`, or a sortable facet of texts or numbers; after a minus sign, the greatest first. Days and months stand in this order, too, where it is one of dates (they are those of `added` where that is the order), else the newest first; folders and cameras stand by name. */
                sort?: string;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetPage"];
                };
            };
        };
    };
    buckets_api_v1_library_buckets_get: {
        parameters: {
            query?: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description What buckets hold: the assets of a `day`, a `month`, a `folder` or a `camera`, or `none`: all. Assets are listed bucket by bucket. */
                group?: components["schemas"]["Group"];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description Only assets that search has to wait for (true), or only the others (false). */
                pending?: boolean | null;
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description The order within buckets: `date` (when an asset was shot: what people say in the field `shot_on`, else what the file says, else when it came into the library), `added`, `name`, `duration`, `size`, or a sortable facet of texts or numbers; after a minus sign, the greatest first. Days and months stand in this order, too, where it is one of dates (they are those of `added` where that is the order), else the newest first; folders and cameras stand by name. */
                sort?: string;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Buckets"];
                };
            };
        };
    };
    marks_api_v1_library_marks_get: {
        parameters: {
            query: {
                /** @description Whole SHA-1s. */
                asset: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetMarks"];
                };
            };
        };
    };
    sha1s_api_v1_library_sha1s_get: {
        parameters: {
            query?: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description The SHA-1 of an asset, or its beginning, from which `position` counts. */
                at?: string | null;
                /** @description The key of a bucket, from whose first asset `position` counts. */
                bucket?: string | null;
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description What buckets hold: the assets of a `day`, a `month`, a `folder` or a `camera`, or `none`: all. Assets are listed bucket by bucket. */
                group?: components["schemas"]["Group"];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                limit?: number;
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description Only assets that search has to wait for (true), or only the others (false). */
                pending?: boolean | null;
                /** @description Where the part begins: a number from 0, or a negative one for what stands before `bucket` or `at`. What would begin before the list begins with it. */
                position?: number;
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description The order within buckets: `date` (when an asset was shot: what people say in the field `shot_on`, else what the file says, else when it came into the library), `added`, `name`, `duration`, `size`, or a sortable facet of texts or numbers; after a minus sign, the greatest first. Days and months stand in this order, too, where it is one of dates (they are those of `added` where that is the order), else the newest first; folders and cameras stand by name. */
                sort?: string;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sha1s"];
                };
            };
        };
    };
    list_machine_tag_precision_api_v1_machine_tags_precision_get: {
        parameters: {
            query?: {
                vocabulary?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrecisionReport"][];
                };
            };
        };
    };
    review_machine_tags_api_v1_machine_tags_review_get: {
        parameters: {
            query?: {
                limit?: number;
                vocabulary?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"][];
                };
            };
        };
    };
    set_machine_tag_term_api_v1_machine_tags_terms__term__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TermRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrecisionReport"];
                };
            };
        };
    };
    list_machine_tag_moments_api_v1_machine_tags_terms__term__moments_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                term: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"][];
                };
            };
        };
    };
    judge_machine_tag_api_v1_machine_tags_verdicts_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerdictRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"];
                };
            };
        };
    };
    undo_machine_tag_verdict_api_v1_machine_tags_verdicts_undo_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoneVerdict"];
                };
            };
        };
    };
    list_machine_tag_vocabularies_api_v1_machine_tags_vocabularies_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemeReport"][];
                };
            };
        };
    };
    choose_machine_tag_vocabulary_api_v1_machine_tags_vocabularies__key__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SchemeRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemeReport"];
                };
            };
        };
    };
    show_map_api_v1_map_get: {
        parameters: {
            query?: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description west,south,east,north in degrees; over 180° west is greater than east. */
                box?: string;
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
                /** @description Of a map of tiles: the world is 2**zoom tiles wide, of 4 × 4 cells each. */
                zoom?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MapReport"];
                };
            };
        };
    };
    edit_many_api_v1_metadata_edit_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__metadata__model__EditReport"];
                };
            };
        };
    };
    export_metadata_api_v1_metadata_export_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TableRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
        };
    };
    list_fields_api_v1_metadata_fields_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FieldReport"][];
                };
            };
        };
    };
    import_metadata_api_v1_metadata_import_post: {
        parameters: {
            query?: {
                /** @description Only say what would change. */
                dry_run?: boolean;
                encoding?: components["schemas"]["Encoding"];
                /** @description Differences that the answer shows. */
                limit?: number;
                /** @description Of the file, for the list of changes. */
                name?: string;
                /** @description Add terms that an open vocabulary does not have. */
                new_terms?: boolean;
                /** @description Import what is right although there are errors; else nothing is imported then. */
                partial?: boolean;
                /** @description Also replace what was changed after the export, and what people wrote if the file does not say from which value it was made. */
                replace?: boolean;
                /** @description Whose values they are: those of the person who sends them, or, for lists that programs wrote, of an import, which never counts before a person's. */
                source?: "person" | "import";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__metadata__model__ImportReport"];
                };
            };
        };
    };
    list_operations_api_v1_metadata_operations_get: {
        parameters: {
            query?: {
                /** @description Only older ones than the one with this number. */
                before?: number | null;
                limit?: number;
                /** @description Only those of the one who asks. */
                mine?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__metadata__model__OperationReport"][];
                };
            };
        };
    };
    undo_operation_api_v1_metadata_operations__operation__undo_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoReport"];
                };
            };
        };
    };
    preview_metadata_api_v1_metadata_preview_post: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewReport"];
                };
            };
        };
    };
    list_models_api_v1_models_get: {
        parameters: {
            query?: {
                /** @description Every model that can be fetched by name. */
                all?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelReport"][];
                };
            };
        };
    };
    forget_model_api_v1_models__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForgottenVectors"];
                };
            };
        };
    };
    choose_model_api_v1_models_chosen_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelChoice"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelReport"];
                };
            };
        };
    };
    list_panels_api_v1_panels_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
        };
    };
    list_prunes_api_v1_prunes_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PruneState"][];
                };
            };
        };
    };
    request_prune_api_v1_prunes_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PruneBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PruneState"];
                };
            };
        };
    };
    show_prune_api_v1_prunes__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PruneState"];
                };
            };
        };
    };
    estimate_restore_api_v1_restore_estimates_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RestoreBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Estimate"];
                };
            };
        };
    };
    list_restores_api_v1_restores_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoreReport"][];
                };
            };
        };
    };
    request_restore_api_v1_restores_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptedBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoreReport"];
                };
            };
        };
    };
    show_restore_api_v1_restores__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the restore. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoreReport"];
                };
            };
        };
    };
    list_restore_files_api_v1_restores__number__files_get: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                state?: components["schemas"]["dampipe__features__tiers__restoring__model__FileState"][];
            };
            header?: never;
            path: {
                /** @description The number of the restore. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoreFileReport"][];
                };
            };
        };
    };
    retry_api_v1_retry_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetryRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retried"];
                };
            };
        };
    };
    check_timeline_api_v1_rights_check_post: {
        parameters: {
            query: {
                /** @description Format of the timeline in the body. */
                format: components["schemas"]["Format"];
                medium?: string;
                on?: string;
                purpose?: string;
                territory?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineRights"];
                };
            };
        };
    };
    list_licences_api_v1_rights_licences_get: {
        parameters: {
            query?: {
                after?: string;
                limit?: number;
                state?: components["schemas"]["LicenceState"] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenceReport"][];
                };
            };
        };
    };
    add_licence_api_v1_rights_licences_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLicence"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenceReport"];
                };
            };
        };
    };
    show_licence_api_v1_rights_licences__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenceReport"];
                };
            };
        };
    };
    remove_licence_api_v1_rights_licences__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    edit_licence_api_v1_rights_licences__name__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LicenceTerms"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenceReport"];
                };
            };
        };
    };
    attach_licence_api_v1_rights_licences__name__attach_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SelectedBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attached"];
                };
            };
        };
    };
    detach_licence_api_v1_rights_licences__name__detach_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DetachBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
        };
    };
    show_policy_api_v1_rights_policy_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
        };
    };
    set_policy_api_v1_rights_policy_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Policy"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
        };
    };
    list_terms_api_v1_rights_terms_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Terms"];
                };
            };
        };
    };
    list_scans_api_v1_scans_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanProgress"][];
                };
            };
        };
    };
    submit_scan_api_v1_scans_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnqueueRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enqueued"];
                };
            };
        };
    };
    follow_scan_api_v1_scans__scan__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scan: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanProgress"];
                };
            };
        };
    };
    cancel_scan_api_v1_scans__scan__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scan: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanProgress"];
                };
            };
        };
    };
    pause_scan_api_v1_scans__scan__pause_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scan: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanProgress"];
                };
            };
        };
    };
    resume_scan_api_v1_scans__scan__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scan: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScanProgress"];
                };
            };
        };
    };
    show_schema_api_v1_schema_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemaReport"];
                };
            };
        };
    };
    apply_schema_api_v1_schema_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplyRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemaApplied"];
                };
            };
        };
    };
    check_schema_api_v1_schema_check_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SchemaRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemaDiff"];
                };
            };
        };
    };
    show_json_schema_api_v1_schema_json_schema_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    undo_schema_api_v1_schema_undo_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UndoRequest"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemaApplied"];
                };
            };
        };
    };
    list_scopes_api_v1_scopes_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScopeReport"][];
                };
            };
        };
    };
    search_api_v1_search_get: {
        parameters: {
            query?: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Find superseded versions of assets, too, each as a hit of its own. */
                all_versions?: boolean;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description A hit per moment instead of a hit per asset. */
                flat?: boolean;
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                /** @description What looks like this moment, or all of an asset, or a part of a frame: ASSET@SECONDS, ASSET, or ASSET@SECONDS@LEFT,TOP,WIDTH,HEIGHT, the part in fractions of the picture. */
                like?: string[];
                /** @description Most hits. */
                limit?: number;
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description Most moments of one asset. */
                moments?: number;
                /** @description Number of hits to skip: where the next page begins. */
                offset?: number;
                /** @description Search only pictures (vision), all text (words) or the names of files (names). */
                only?: components["schemas"]["Only"] | null;
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description Words to look for; -word or -"two words" for what must not be in the picture. */
                q?: string;
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description Of a list (no words, picture or moment): by this metadata field, or, after a minus sign, by it with the greatest first; assets without a value come last. */
                sort?: string;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Leave out weak hits, whose scores are no higher than those of meaningless words; else they come last. */
                strong?: boolean;
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
                /** @description What must not be in the picture. */
                without?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Found"];
                };
            };
        };
    };
    search_by_picture_api_v1_search_post: {
        parameters: {
            query?: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Find superseded versions of assets, too, each as a hit of its own. */
                all_versions?: boolean;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description A hit per moment instead of a hit per asset. */
                flat?: boolean;
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                /** @description What looks like this moment, or all of an asset, or a part of a frame: ASSET@SECONDS, ASSET, or ASSET@SECONDS@LEFT,TOP,WIDTH,HEIGHT, the part in fractions of the picture. */
                like?: string[];
                /** @description Most hits. */
                limit?: number;
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description Most moments of one asset. */
                moments?: number;
                /** @description Number of hits to skip: where the next page begins. */
                offset?: number;
                /** @description Search only pictures (vision), all text (words) or the names of files (names). */
                only?: components["schemas"]["Only"] | null;
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description Words to look for; -word or -"two words" for what must not be in the picture. */
                q?: string;
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description Of a list (no words, picture or moment): by this metadata field, or, after a minus sign, by it with the greatest first; assets without a value come last. */
                sort?: string;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Leave out weak hits, whose scores are no higher than those of meaningless words; else they come last. */
                strong?: boolean;
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
                /** @description What must not be in the picture. */
                without?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/jpeg": string;
                "image/png": string;
                "image/webp": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Found"];
                };
            };
        };
    };
    export_api_v1_search_export_get: {
        parameters: {
            query: {
                /** @description Since it was added to the library: 30d or more, <12h, >6w, <=2y. */
                age?: string | null;
                /** @description Find superseded versions of assets, too, each as a hit of its own. */
                all_versions?: boolean;
                /** @description Only what is assigned to this user; several: any of them. */
                assignee?: string[];
                /** @description Make or model of the camera, or a part of it, in any case. */
                camera?: string[];
                /** @description Codec of the picture, else of the sound: h264, hevc, prores … */
                codec?: string[];
                /** @description Only what is in this collection, or in one below it: its number, name or path; several: any of them. */
                collection?: string[];
                /** @description Only what this user or guest commented on; several: any of them. */
                commented_by?: string[];
                /** @description Only what has open comments or markers, resolved ones, any, or none. */
                comments?: ("open" | "resolved" | "any" | "none")[];
                /** @description Only what is not in a final state, and overdue, due within a week, or due at any time. */
                due?: ("overdue" | "week" | "any")[];
                /** @description Seconds: 10-60, 10+, 1:00-. */
                duration?: string | null;
                /** @description Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone (it has a value); several: all of them. */
                field?: string[];
                /** @description A hit per moment instead of a hit per asset. */
                flat?: boolean;
                /** @description Only footage in this folder, by path or name. */
                folder?: string[];
                /** @description Format of the timeline. */
                format: components["schemas"]["Format"];
                /** @description Kind of media. */
                kind?: ("video" | "audio" | "still")[];
                /** @description Only what has this licence. */
                licence?: string[];
                /** @description What looks like this moment, or all of an asset, or a part of a frame: ASSET@SECONDS, ASSET, or ASSET@SECONDS@LEFT,TOP,WIDTH,HEIGHT, the part in fractions of the picture. */
                like?: string[];
                /** @description Most hits. */
                limit?: number;
                /** @description Only what has this tag from a model, set or accepted, or one below it; several: all of them. */
                machine_tag?: string[];
                /** @description How it will be used: online, broadcast; default: not said. */
                medium?: string;
                /** @description Most moments of one asset. */
                moments?: number;
                /** @description Number of hits to skip: where the next page begins. */
                offset?: number;
                /** @description Search only pictures (vision), all text (words) or the names of files (names). */
                only?: components["schemas"]["Only"] | null;
                /** @description Orientation of the picture as it is shown. */
                orientation?: ("landscape" | "portrait" | "square")[];
                /** @description Words to look for; -word or -"two words" for what must not be in the picture. */
                q?: string;
                /** @description Why it is released although a check refuses it; needs the scope `override`, and is recorded. */
                reason?: string;
                /** @description By the shorter side: 1080p, 4k+, 720p-, 720-1080. */
                resolution?: string | null;
                /** @description Only what has licences in this state; none: without a licence. */
                rights?: ("active" | "expiring" | "expired" | "embargoed" | "none")[];
                /** @description Recorded at this time or later: 2024, 2024-05, 2024-05-17. */
                since?: string | null;
                /** @description Of a list (no words, picture or moment): by this metadata field, or, after a minus sign, by it with the greatest first; assets without a value come last. */
                sort?: string;
                /** @description Only footage of this source. */
                source?: string[];
                /** @description Only what is in this state of the workflow; several: any of them. */
                state?: string[];
                /** @description Leave out weak hits, whose scores are no higher than those of meaningless words; else they come last. */
                strong?: boolean;
                /** @description Only what has a subclip whose name or note contains this, * for any; several: one for each. */
                subclip?: string[];
                /** @description Only what has this tag, or one below it; several: all of them. */
                tag?: string[];
                /** @description Where it will be used: DE, EU, worldwide; default: not said. */
                territory?: string;
                /** @description Recorded at this time or earlier; the whole of that year, month or day counts. */
                until?: string | null;
                /** @description Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title. */
                where?: string | null;
                /** @description What must not be in the picture. */
                without?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    /** @description What was left out or converted: a JSON list of sentences. */
                    "Dampipe-Warnings"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.pixar.opentimelineio+json": unknown;
                    "application/xml": unknown;
                    "text/csv": unknown;
                    "text/plain": unknown;
                };
            };
        };
    };
    export_assets_api_v1_search_export_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WholeBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    /** @description What was left out or converted: a JSON list of sentences. */
                    "Dampipe-Warnings"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.pixar.opentimelineio+json": unknown;
                    "application/xml": unknown;
                    "text/csv": unknown;
                    "text/plain": unknown;
                };
            };
        };
    };
    read_session_api_v1_session_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    log_in_api_v1_session_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    log_out_api_v1_session_delete: {
        parameters: {
            query?: {
                /** @description Whether all sessions of the user end. */
                everywhere?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    begin_oidc_api_v1_session_oidc_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    complete_oidc_api_v1_session_oidc_callback_get: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    change_password_api_v1_session_password_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    list_own_tokens_api_v1_session_tokens_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenReport"][];
                };
            };
        };
    };
    create_own_token_api_v1_session_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnTokenRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCreated"];
                };
            };
        };
    };
    revoke_own_token_api_v1_session_tokens__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    open_share_api_v1_share_sessions_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuestRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuestEntered"];
                };
            };
        };
    };
    show_share_session_api_v1_share_sessions_current_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuestSession"];
                };
            };
        };
    };
    leave_share_api_v1_share_sessions_current_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    show_needs_api_v1_share_sessions_needs_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkToken"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuestNeeds"];
                };
            };
        };
    };
    list_shares_api_v1_shares_get: {
        parameters: {
            query?: {
                /** @description Only links to this asset. */
                asset?: string | null;
                /** @description Only lower numbers. */
                before?: number | null;
                /** @description Only links to this collection. */
                collection?: number | null;
                /** @description Those of all users; managers may. */
                everybody?: boolean;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareReport"][];
                };
            };
        };
    };
    create_share_api_v1_shares_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShareRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareCreated"];
                };
            };
        };
    };
    show_share_api_v1_shares__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareReport"];
                };
            };
        };
    };
    change_share_api_v1_shares__number__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShareChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareReport"];
                };
            };
        };
    };
    renew_share_api_v1_shares__number__renew_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareCreated"];
                };
            };
        };
    };
    revoke_share_api_v1_shares__number__revoke_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareReport"];
                };
            };
        };
    };
    list_sidecars_api_v1_sidecars_get: {
        parameters: {
            query?: {
                asset?: string[];
                limit?: number;
                state?: components["schemas"]["OutboxState"][];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SidecarStatus"];
                };
            };
        };
    };
    discard_sidecars_api_v1_sidecars_discard_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SidecarAssets"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WriteReport"];
                };
            };
        };
    };
    list_sidecar_places_api_v1_sidecars_places_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceReport"][];
                };
            };
        };
    };
    set_sidecar_place_api_v1_sidecars_places__source__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                source: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlaceBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceReport"];
                };
            };
        };
    };
    read_sidecars_api_v1_sidecars_read_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SidecarAssets"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SidecarReport"][];
                };
            };
        };
    };
    write_sidecars_api_v1_sidecars_write_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SidecarWrite"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WriteReport"];
                };
            };
        };
    };
    list_sources_api_v1_sources_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__sources__model__SourceReport"][];
                };
            };
        };
    };
    add_source_api_v1_sources_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__sources__model__SourceReport"];
                };
            };
        };
    };
    remove_source_api_v1_sources__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forgotten"];
                };
            };
        };
    };
    check_source_api_v1_sources__name__check_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceCheckReport"];
                };
            };
        };
    };
    notify_api_v1_sources__name__notifications_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        /** @description A document of S3, SNS, EventBridge, MinIO or Ceph, a list of keys, or nothing. */
        requestBody?: {
            content: {
                "application/json": unknown;
                "text/plain": string;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RingReport"];
                };
            };
        };
    };
    read_status_api_v1_status_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
        };
    };
    read_storage_api_v1_storage_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageReport"];
                };
            };
        };
    };
    list_subclips_api_v1_subclips_get: {
        parameters: {
            query?: {
                /** @description What the page before returned as `after`. */
                after?: string | null;
                /** @description A comparison of a field, such as rating>=3; several: all hold. */
                field?: string[] | null;
                /** @description A filter of a search that the asset passes, as name=value; may be repeated. */
                filter?: string[] | null;
                /** @description Only these. */
                id?: number[] | null;
                limit?: number;
                text?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipPage"];
                };
            };
        };
    };
    create_subclip_api_v1_subclips_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SubclipBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipReport"];
                };
            };
        };
    };
    get_subclip_api_v1_subclips__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipReport"];
                };
            };
        };
    };
    delete_subclip_api_v1_subclips__number__delete: {
        parameters: {
            query?: {
                if_version?: number | null;
            };
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipsDeleted"];
                };
            };
        };
    };
    edit_subclip_api_v1_subclips__number__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["dampipe__features__subclips__http__EditBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipReport"];
                };
            };
        };
    };
    create_subclips_api_v1_subclips_bulk_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipReport"][];
                };
            };
        };
    };
    delete_subclips_api_v1_subclips_delete_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NumbersBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubclipsDeleted"];
                };
            };
        };
    };
    export_subclips_api_v1_subclips_export_get: {
        parameters: {
            query: {
                asset?: string | null;
                /** @description A comparison of a field, such as rating>=3; several: all hold. */
                field?: string[] | null;
                /** @description A filter of a search that the asset passes, as name=value; may be repeated. */
                filter?: string[] | null;
                format: components["schemas"]["Format"];
                /** @description Only these. */
                id?: number[] | null;
                medium?: string;
                reason?: string;
                territory?: string;
                text?: string;
                title?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    /** @description What was left out or converted: a JSON list of sentences. */
                    "Dampipe-Warnings"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.pixar.opentimelineio+json": unknown;
                    "application/xml": unknown;
                    "text/csv": unknown;
                    "text/plain": unknown;
                };
            };
        };
    };
    show_sync_api_v1_sync_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncReport"];
                };
            };
        };
    };
    start_sync_api_v1_sync_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SyncBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncBegun"];
                };
            };
        };
    };
    change_sync_api_v1_sync_patch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NightlyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncReport"];
                };
            };
        };
    };
    list_tags_api_v1_tags_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagReport"][];
                };
            };
        };
    };
    read_throughput_api_v1_throughput_get: {
        parameters: {
            query?: {
                hours?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Throughput"];
                };
            };
        };
    };
    list_plans_api_v1_tiers_plans_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanReport"][];
                };
            };
        };
    };
    make_plan_api_v1_tiers_plans_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanReport"];
                };
            };
        };
    };
    show_plan_api_v1_tiers_plans__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the plan. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanReport"];
                };
            };
        };
    };
    list_plan_actions_api_v1_tiers_plans__number__actions_get: {
        parameters: {
            query?: {
                after?: number;
                kind?: components["schemas"]["ActionKind"][];
                limit?: number;
                state?: components["schemas"]["ActionState"][];
            };
            header?: never;
            path: {
                /** @description The number of the plan. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionReport"][];
                };
            };
        };
    };
    apply_plan_api_v1_tiers_plans__number__apply_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the plan. */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanReport"];
                };
            };
        };
    };
    cancel_plan_api_v1_tiers_plans__number__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the plan. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanReport"];
                };
            };
        };
    };
    pause_plan_api_v1_tiers_plans__number__pause_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the plan. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanReport"];
                };
            };
        };
    };
    resume_plan_api_v1_tiers_plans__number__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the plan. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanReport"];
                };
            };
        };
    };
    list_tier_policies_api_v1_tiers_policies_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyReport"][];
                };
            };
        };
    };
    show_tier_policy_api_v1_tiers_policies__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the policy. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyText"];
                };
            };
        };
    };
    show_policy_in_force_api_v1_tiers_policy_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyText"];
                };
            };
        };
    };
    apply_tier_policy_api_v1_tiers_policy_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyText"];
                };
            };
        };
    };
    check_tier_policy_api_v1_tiers_policy_check_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedPolicy"];
                };
            };
        };
    };
    show_standing_api_v1_tiers_standing_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Standing"];
                };
            };
        };
    };
    list_trash_api_v1_tiers_trash_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trash"];
                };
            };
        };
    };
    keep_files_api_v1_tiers_trash_keep_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeepBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__tiers__http__moves__Kept"];
                };
            };
        };
    };
    list_usage_api_v1_tiers_usage_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceUsage"][];
                };
            };
        };
    };
    match_timeline_api_v1_timelines_match_post: {
        parameters: {
            query: {
                /** @description Format of the timeline in the body. */
                format: components["schemas"]["Format"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineMatch"];
                };
            };
        };
    };
    list_tokens_api_v1_tokens_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenReport"][];
                };
            };
        };
    };
    create_token_api_v1_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCreated"];
                };
            };
        };
    };
    revoke_token_api_v1_tokens__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_uploads_api_v1_uploads_get: {
        parameters: {
            query?: {
                /** @description Those of all actors; managers may. */
                everybody?: boolean;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadReport"][];
                };
            };
        };
    };
    begin_upload_api_v1_uploads_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadReport"];
                };
            };
        };
    };
    show_upload_api_v1_uploads__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadReport"];
                };
            };
        };
    };
    delete_upload_api_v1_uploads__number__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_upload_files_api_v1_uploads__number__files_get: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadFileReport"][];
                };
            };
        };
    };
    add_upload_file_api_v1_uploads__number__files_post: {
        parameters: {
            query?: never;
            header: {
                "tus-resumable"?: string;
                /** @description Bytes. */
                "upload-length": number;
                /** @description `path` and `modified` (milliseconds since 1970), each in Base64. */
                "upload-metadata": string;
            };
            path: {
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadFileReport"];
                };
            };
        };
    };
    show_upload_file_api_v1_uploads__number__files__file__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the file. */
                file: number;
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadFileReport"];
                };
            };
        };
    };
    remove_upload_file_api_v1_uploads__number__files__file__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the file. */
                file: number;
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    send_upload_file_api_v1_uploads__number__files__file__patch: {
        parameters: {
            query?: never;
            header: {
                "tus-resumable"?: string;
                /** @description The bytes before these. */
                "upload-offset": number;
            };
            path: {
                /** @description The number of the file. */
                file: number;
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    import_upload_api_v1_uploads__number__import_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number of the upload. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadReport"];
                };
            };
        };
    };
    list_users_api_v1_users_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserReport"][];
                };
            };
        };
    };
    add_user_api_v1_users_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserReport"];
                };
            };
        };
    };
    remove_user_api_v1_users__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_user_api_v1_users__name__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserReport"];
                };
            };
        };
    };
    end_sessions_api_v1_users__name__sessions_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    vectors_api_v1_vectors_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TextVectorsRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TextVectors"];
                };
            };
        };
    };
    list_verifications_api_v1_verifications_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationReport"];
                };
            };
        };
    };
    start_verification_api_v1_verifications_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verification"];
                };
            };
        };
    };
    carry_times_api_v1_versions__sha1__carry_get: {
        parameters: {
            query: {
                /** @description Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12"). */
                time: string[];
                /** @description SHA-1 of the other version. */
                to: string;
            };
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarryReport"];
                };
            };
        };
    };
    show_playback_api_v1_versions__sha1__playback_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha1: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaybackReport"];
                };
            };
        };
    };
    list_vocabularies_api_v1_vocabularies_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VocabularyReport"][];
                };
            };
        };
    };
    create_vocabulary_api_v1_vocabularies_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VocabularyBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VocabularyReport"];
                };
            };
        };
    };
    get_vocabulary_api_v1_vocabularies__vocabulary__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VocabularyReport"];
                };
            };
        };
    };
    update_vocabulary_api_v1_vocabularies__vocabulary__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VocabularyChangeBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VocabularyReport"];
                };
            };
        };
    };
    export_vocabulary_api_v1_vocabularies__vocabulary__export_get: {
        parameters: {
            query: {
                format: components["schemas"]["FileFormat"];
            };
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/ld+json": unknown;
                    "application/n-triples": unknown;
                    "application/rdf+xml": unknown;
                    "text/csv": unknown;
                    "text/turtle": unknown;
                };
            };
        };
    };
    find_terms_api_v1_vocabularies__vocabulary__find_get: {
        parameters: {
            query: {
                language?: string | null;
                limit?: number;
                text: string;
            };
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermPage"];
                };
            };
        };
    };
    import_vocabulary_api_v1_vocabularies__vocabulary__import_post: {
        parameters: {
            query: {
                dry_run?: boolean;
                format: components["schemas"]["FileFormat"];
                missing?: components["schemas"]["Missing"];
                overwrite?: boolean;
                scheme?: string | null;
            };
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__vocabularies__model__ImportReport"];
                };
            };
        };
    };
    list_operations_api_v1_vocabularies__vocabulary__operations_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__vocabularies__model__OperationReport"][];
                };
            };
        };
    };
    list_proposals_api_v1_vocabularies__vocabulary__proposals_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                language?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermPage"];
                };
            };
        };
    };
    list_terms_api_v1_vocabularies__vocabulary__terms_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                language?: string | null;
                limit?: number;
                parent?: string | null;
                retired?: boolean;
            };
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermPage"];
                };
            };
        };
    };
    add_term_api_v1_vocabularies__vocabulary__terms_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TermBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermChange"];
                };
            };
        };
    };
    get_term_api_v1_vocabularies__vocabulary__terms__term__get: {
        parameters: {
            query?: {
                language?: string | null;
            };
            header?: never;
            path: {
                term: string;
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermDetails"];
                };
            };
        };
    };
    edit_term_api_v1_vocabularies__vocabulary__terms__term__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term: string;
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["dampipe__features__vocabularies__http__EditBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermChange"];
                };
            };
        };
    };
    approve_term_api_v1_vocabularies__vocabulary__terms__term__approve_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term: string;
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermChange"];
                };
            };
        };
    };
    merge_term_api_v1_vocabularies__vocabulary__terms__term__merge_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term: string;
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermChange"];
                };
            };
        };
    };
    move_term_api_v1_vocabularies__vocabulary__terms__term__move_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term: string;
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["dampipe__features__vocabularies__http__MoveBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermChange"];
                };
            };
        };
    };
    rename_term_api_v1_vocabularies__vocabulary__terms__term__rename_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term: string;
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenameBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermChange"];
                };
            };
        };
    };
    retire_term_api_v1_vocabularies__vocabulary__terms__term__retire_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term: string;
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetireBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermChange"];
                };
            };
        };
    };
    undo_operation_api_v1_vocabularies__vocabulary__undo_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vocabulary: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UndoBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dampipe__features__vocabularies__model__OperationReport"];
                };
            };
        };
    };
    list_webhooks_api_v1_webhooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReport"][];
                };
            };
        };
    };
    add_webhook_api_v1_webhooks_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
        };
    };
    remove_webhook_api_v1_webhooks__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_deliveries_api_v1_webhooks__name__deliveries_get: {
        parameters: {
            query?: {
                limit?: number;
                state?: components["schemas"]["DeliveryState"][] | null;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryReport"][];
                };
            };
        };
    };
    disable_webhook_api_v1_webhooks__name__disable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    enable_webhook_api_v1_webhooks__name__enable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    replay_webhook_api_v1_webhooks__name__replay_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayReport"];
                };
            };
        };
    };
    rotate_webhook_api_v1_webhooks__name__rotate_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
        };
    };
    test_webhook_api_v1_webhooks__name__test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestReport"];
                };
            };
        };
    };
    show_workflow_api_v1_workflow_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowReport"];
                };
            };
        };
    };
    apply_definition_api_v1_workflow_apply_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DefinitionBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
        };
    };
    assign_assets_api_v1_workflow_assign_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
        };
    };
    check_definition_api_v1_workflow_check_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DefinitionBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reason"][];
                };
            };
        };
    };
    list_definitions_api_v1_workflow_definitions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinitionReport"][];
                };
            };
        };
    };
    show_definition_api_v1_workflow_definitions__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A key, the number of a version, or `active`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinitionText"];
                };
            };
        };
    };
    set_due_dates_api_v1_workflow_due_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DueBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
        };
    };
    move_assets_api_v1_workflow_moves_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MovesBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoveReport"];
                };
            };
        };
    };
    list_tasks_api_v1_workflow_tasks_get: {
        parameters: {
            query?: {
                /** @description Only those of this user; by default one's own. */
                assignee?: string | null;
                /** @description Those of all users. */
                everybody?: boolean;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskReport"][];
                };
            };
        };
    };
    try_definition_api_v1_workflow_try_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DefinitionBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trial"];
                };
            };
        };
    };
}
