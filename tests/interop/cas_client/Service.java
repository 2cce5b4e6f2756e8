import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Map;
import org.apereo.cas.client.authentication.AttributePrincipal;
import org.apereo.cas.client.authentication.AuthenticationFilter;
import org.apereo.cas.client.session.SingleSignOutFilter;
import org.apereo.cas.client.session.SingleSignOutHttpSessionListener;
import org.apereo.cas.client.util.HttpServletRequestWrapperFilter;
import org.apereo.cas.client.validation.Cas30ProxyReceivingTicketValidationFilter;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Two services behind the filters of the Java CAS client, configured as its documentation has it: /me for a person, /backend for /me,
 * which calls it by a proxy ticket (/me/through). Arguments: issuer, port, port of the callback by TLS, key store.
 */
public final class Service {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        String cas = arguments[0] + "/cas";
        String self = "http://127.0.0.1:" + arguments[1];
        String callback = "https://127.0.0.1:" + arguments[2] + "/me/callback";

        Server server = new Server();
        ServerConnector plain = new ServerConnector(server);
        plain.setHost("127.0.0.1");
        plain.setPort(Integer.parseInt(arguments[1]));
        server.addConnector(plain);
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(arguments[3]);
        tls.setKeyStorePassword("for this test alone");
        HttpConfiguration configuration = new HttpConfiguration();
        // Its name is an address, which no client sends as SNI.
        configuration.addCustomizer(new SecureRequestCustomizer(false));
        ServerConnector secure = new ServerConnector(
            server, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(configuration));
        secure.setHost("127.0.0.1");
        secure.setPort(Integer.parseInt(arguments[2]));
        server.addConnector(secure);

        ServletContextHandler context = new ServletContextHandler(ServletContextHandler.SESSIONS);
        context.addEventListener(new SingleSignOutHttpSessionListener());
        filter(context, "/me/*", new SingleSignOutFilter(), Map.of("casServerUrlPrefix", cas));
        Map<String, String> login = Map.of("casServerLoginUrl", cas + "/login", "serverName", self, "ignorePattern", "/me/callback");
        // The callback comes without a session, so the filter that takes it stands before the one that asks for a login.
        Map<String, String> proxying = Map.of(
            "casServerUrlPrefix", cas, "serverName", self, "proxyCallbackUrl", callback, "proxyReceptorUrl", "/me/callback");
        filter(context, "/me/*", new Cas30ProxyReceivingTicketValidationFilter(), proxying);
        filter(context, "/me/*", new AuthenticationFilter(), login);
        filter(context, "/me/*", new HttpServletRequestWrapperFilter(), Map.of());
        Map<String, String> accepting = Map.of(
            "casServerUrlPrefix", cas, "serverName", self, "acceptAnyProxy", "true", "redirectAfterValidation", "false", "useSession", "false",
            "exceptionOnValidationFailure", "false");
        filter(context, "/backend", new Cas30ProxyReceivingTicketValidationFilter(), accepting);
        filter(context, "/backend", new HttpServletRequestWrapperFilter(), Map.of());

        serve(context, "/me", (request, response) -> write(response, person(request)));
        serve(context, "/backend", (request, response) -> {
            if (request.getUserPrincipal() == null) {
                response.sendError(403);
            } else {
                write(response, person(request));
            }
        });
        serve(context, "/me/through", (request, response) -> {
            String backend = self + "/backend";
            String ticket = ((AttributePrincipal) request.getUserPrincipal()).getProxyTicketFor(backend);
            String query = "?ticket=" + URLEncoder.encode(String.valueOf(ticket), StandardCharsets.UTF_8);
            Object answered = ticket == null ? "no ticket" : fetched(backend + query);
            Object again = ticket == null ? 0 : status(backend + query);
            write(response, Map.of("kind", String.valueOf(ticket).substring(0, 3), "answered", answered, "again", again));
        });
        serve(context, "/logout", (request, response) -> {
            request.getSession().invalidate();
            response.sendRedirect(cas + "/logout?service=" + URLEncoder.encode(self + "/bye", StandardCharsets.UTF_8));
        });
        serve(context, "/bye", (request, response) -> write(response, Map.of("bye", true)));
        server.setHandler(context);
        server.start();
        System.out.println("{\"ready\": true}");
        // Until the test closes the input.
        while (System.in.read() >= 0) {
        }
        server.stop();
        System.exit(0);
    }

    private interface Page {
        void answer(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    private static void serve(ServletContextHandler context, String path, Page page) {
        context.addServlet(new ServletHolder(new HttpServlet() {
            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                try {
                    page.answer(request, response);
                } catch (Exception fault) {
                    throw new IOException(fault);
                }
            }
        }), path);
    }

    private static void filter(ServletContextHandler context, String path, Filter filter, Map<String, String> parameters) {
        FilterHolder holder = new FilterHolder(filter);
        holder.setInitParameters(parameters);
        context.addFilter(holder, path, EnumSet.of(DispatcherType.REQUEST));
    }

    private static Map<String, Object> person(HttpServletRequest request) {
        AttributePrincipal principal = (AttributePrincipal) request.getUserPrincipal();
        return Map.of("user", principal.getName(), "attributes", principal.getAttributes());
    }

    private static void write(HttpServletResponse response, Object content) throws IOException {
        response.setContentType("application/json");
        JSON.writeValue(response.getOutputStream(), content);
    }

    private static HttpResponse<String> got(String address) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static Object fetched(String address) throws Exception {
        return JSON.readValue(got(address).body(), Map.class);
    }

    private static int status(String address) throws Exception {
        return got(address).statusCode();
    }
}
