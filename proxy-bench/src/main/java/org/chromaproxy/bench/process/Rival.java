package org.chromaproxy.bench.process;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** A reverse proxy to be measured beside, set up for speed: kept-alive connections on both sides, no access log. */
public enum Rival {
    NGINX {
        @Override
        public String configuration(int port, URI upstream, Path home) {
            return """
                    user root;
                    worker_processes 1;
                    daemon off;
                    pid %3$s/nginx.pid;
                    error_log %3$s/error.log warn;
                    events { worker_connections 16384; }
                    http {
                      access_log off;
                      client_max_body_size 64m;
                      client_body_buffer_size 64k;
                      client_body_temp_path %3$s/body;
                      proxy_temp_path %3$s/proxy;
                      fastcgi_temp_path %3$s/fastcgi;
                      uwsgi_temp_path %3$s/uwsgi;
                      scgi_temp_path %3$s/scgi;
                      keepalive_requests 100000000;
                      upstream stub {
                        server %2$s;
                        keepalive 1024;
                        keepalive_requests 100000000;
                      }
                      server {
                        listen 127.0.0.1:%1$d backlog=8192;
                        location / {
                          proxy_pass http://stub;
                          proxy_http_version 1.1;
                          proxy_set_header Connection "";
                        }
                      }
                    }
                    """.formatted(port, upstream.getAuthority(), home);
        }

        @Override
        List<String> command(Path program, Path file, Path home) {
            return List.of(program.toString(), "-p", home.toString(), "-c", file.toString());
        }
    },
    HAPROXY {
        @Override
        public String configuration(int port, URI upstream, Path home) {
            return """
                    global
                      nbthread 1
                      maxconn 8192
                    defaults
                      mode http
                      timeout connect 5s
                      timeout client 60s
                      timeout server 60s
                      http-reuse always
                    frontend clients
                      bind 127.0.0.1:%d backlog 8192
                      default_backend stub
                    backend stub
                      server stub %s
                    """.formatted(port, upstream.getAuthority());
        }

        @Override
        List<String> command(Path program, Path file, Path home) {
            return List.of(program.toString(), "-f", file.toString());
        }
    };

    /** Its whole configuration. */
    public abstract String configuration(int port, URI upstream, Path home);

    abstract List<String> command(Path program, Path file, Path home);
}
