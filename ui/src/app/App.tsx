import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, StrictMode, useState } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { makeQueryClient } from "../api/queries.ts";
import { LoginPage } from "../pages/login/LoginPage.tsx";
import { NotFound } from "../parts/NotFound.tsx";
import { SignedIn } from "./SignedIn.tsx";
import { SettingsProvider } from "./settings.tsx";
import { theme } from "./theme.ts";

const HomePage = lazy(() => import("../pages/home/HomePage.tsx"));
const PlantPage = lazy(() => import("../pages/plant/PlantPage.tsx"));
const TrendsPage = lazy(() => import("../pages/trends/TrendsPage.tsx"));
const ValuePage = lazy(() => import("../pages/value/ValuePage.tsx"));
const InitiativePage = lazy(() => import("../pages/value/InitiativePage.tsx"));
const SqlPage = lazy(() => import("../pages/sql/SqlPage.tsx"));
const DataPage = lazy(() => import("../pages/data/DataPage.tsx"));
const AdminPage = lazy(() => import("../pages/admin/AdminPage.tsx"));

function Pages() {
  return (
    <Routes>
      <Route path="/login" element={<LoginPage />} />
      <Route element={<SignedIn />}>
        <Route index element={<HomePage />} />
        <Route path="plant" element={<PlantPage />} />
        <Route path="trends" element={<TrendsPage />} />
        <Route path="value" element={<ValuePage />} />
        <Route path="value/:name" element={<InitiativePage />} />
        <Route path="sql" element={<SqlPage />} />
        <Route path="data" element={<DataPage />} />
        <Route path="admin" element={<AdminPage />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}

export function App() {
  const [client] = useState(makeQueryClient);
  return (
    <StrictMode>
      <QueryClientProvider client={client}>
        <MantineProvider theme={theme} defaultColorScheme="auto">
          <SettingsProvider>
            <BrowserRouter>
              <Pages />
            </BrowserRouter>
          </SettingsProvider>
        </MantineProvider>
      </QueryClientProvider>
    </StrictMode>
  );
}
